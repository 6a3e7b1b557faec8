import {
  type Progress,
  type RejectedLinesRecord,
  eventRecord,
  progressRecord,
  rejectedLinesRecord,
  topics,
} from '@neartime/schemas';
import {
  commonTopics,
  connectCassandra,
  connectLog,
  connectObjects,
  memberWork,
  settlePartitions,
  settleTopics,
} from '@neartime/servers';
import type { Logger, Patience, RunningWork } from '@neartime/service';
import { type Assignment, type Clock, DeadLetters, RecordEncoder, persistently } from '@neartime/streams';
import pLimit from 'p-limit';
import type { Config } from './config.ts';
import { ingestFile } from './ingest-file.ts';
import { ingestLog } from './ingest-log.ts';
import { NoticesWorker } from './notices-worker.ts';
import { ProgressSender } from './progress-sender.ts';

/** Connects, registers the schemas, and joins the readers of `raw-files`. */
export async function startIngestor(
  config: Config,
  logger: Logger,
  clock: Clock,
  patience: Patience,
): Promise<RunningWork> {
  await using stack = new AsyncDisposableStack();
  const log = stack.use(await connectLog(config, patience));
  const { catalogue } = stack.use(await connectCassandra(config.cassandra, patience));
  const objects = stack.use(connectObjects(config.s3));
  const { partitions, grace } = config.pipeline;
  await settlePartitions(catalogue, partitions);
  await persistently(() => settleTopics(log.topics, commonTopics(config.pipeline)), patience);
  const events = await RecordEncoder.of<object>(log.registry, eventRecord, { strings: 'bytes' });
  const rejected = await RecordEncoder.of<RejectedLinesRecord>(log.registry, rejectedLinesRecord);
  const progress = await RecordEncoder.of<Progress>(log.registry, progressRecord);
  const listener = ingestLog(logger);
  const deadLetters = await DeadLetters.over(log.writer, log.registry, clock, listener.buried);

  const shared = { catalogue, log: log.writer, clock, partitions };
  const ingesting = { ...shared, reservoirOf: objects.reservoir, events, rejected, grace };
  const inTurn = pLimit(config.filesAtOnce);
  const open = (assignment: Assignment) =>
    NoticesWorker.open(assignment, {
      ingest: (notice, signal) => inTurn(() => ingestFile(notice, { ...ingesting, signal })),
      progress: new ProgressSender({ ...shared, encoder: progress, noticesPartition: assignment.partition }),
      catalogue,
      deadLetters,
      clock,
      idleAfter: config.idleAfter,
      endOf: async () => (await log.topics.bounds(topics.rawFiles))[assignment.partition]!.end,
      listener,
    });
  const join = { groupId: 'neartime.ingestor', topics: [topics.rawFiles], open, onTrouble: patience.onTrouble };
  const member = await persistently(() => log.reader.join(join), patience);
  return memberWork(() => [member], stack.move());
}

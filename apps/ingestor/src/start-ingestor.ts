import {
  type Progress,
  type RejectedLinesRecord,
  eventRecord,
  progressRecord,
  rejectedLinesRecord,
  topics,
} from '@neartime/schemas';
import { connectPipeline, memberWork } from '@neartime/servers';
import type { Logger, Patience, RunningWork } from '@neartime/service';
import { type Assignment, type Clock, RecordEncoder, persistently } from '@neartime/streams';
import pLimit from 'p-limit';
import type { Config } from './config.ts';
import type { Forwarder } from './forwarders/forwarder.ts';
import type { NoticeDoor } from './forwarders/http/notice-door.ts';
import { startForwarders } from './forwarders/start-forwarders.ts';
import { ingestFile, quickPace } from './ingest-file.ts';
import { ingestLog } from './ingest-log.ts';
import { NoticesWorker } from './notices-worker.ts';
import { ProgressSender } from './progress-sender.ts';

export interface IngestorSurroundings {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly patience: Patience;
  /** Is opened for requests when notices can be written. */
  readonly door: NoticeDoor;
}

/** Connects, registers the schemas, joins the readers of `raw-files`, and starts what forwards notices to it. */
export async function startIngestor(
  config: Config,
  { logger, clock, patience, door }: IngestorSurroundings,
): Promise<RunningWork> {
  await using stack = new AsyncDisposableStack();
  const listener = ingestLog(logger);
  const pipeline = stack.use(await connectPipeline(config, clock, listener.buried, patience));
  const { log, objects, deadLetters } = pipeline;
  const { catalogue, leases } = pipeline.cassandra;
  const { partitions, grace } = config.pipeline;
  const events = await RecordEncoder.of<object>(log.registry, eventRecord, { strings: 'bytes' });
  const rejected = await RecordEncoder.of<RejectedLinesRecord>(log.registry, rejectedLinesRecord);
  const progress = await RecordEncoder.of<Progress>(log.registry, progressRecord);

  const shared = { catalogue, log: log.writer, clock, partitions };
  const ingesting = { ...shared, reservoirOf: objects.reservoir, events, rejected, grace, pace: quickPace };
  const inTurn = pLimit(config.filesAtOnce);
  const open = (assignment: Assignment) =>
    NoticesWorker.open(assignment, {
      ingest: (notice, signal) => inTurn(() => ingestFile(notice, { ...ingesting, signal })),
      progress: new ProgressSender({ ...shared, encoder: progress, noticesPartition: assignment.partition }),
      catalogue,
      deadLetters,
      clock,
      idleAfter: config.idleAfter,
      noticesPartitions: config.pipeline.noticesPartitions,
      endOf: async () => (await log.topics.bounds(topics.rawFiles))[assignment.partition]!.end,
      listener,
    });
  const join = { groupId: 'neartime.ingestor', topics: [topics.rawFiles], open, onTrouble: patience.onTrouble };
  const member = await persistently(() => log.reader.join(join), patience);
  const forwarders = startForwarders({
    ...{ settings: config.forwarders, log: log.writer, tryingOnce: log.tryingOnce, logger, clock, door },
    ...{ catalogue, leases, deadLetters, noticesPartitions: config.pipeline.noticesPartitions },
    listingOf: (bucket) => (part) => objects.reservoir(bucket).list(part),
  });
  stack.use(forwarders);
  return forwardingWork(
    memberWork(() => [member], stack.move()),
    forwarders,
  );
}

/**
 * Work with what its forwarders say beside it. They do not decide whether it is ready: what counts is the topic, which others
 * write to as well, and an instance that was taken out of service for a listing that fails could not even take requests.
 */
const forwardingWork = (work: RunningWork, forwarders: Forwarder): RunningWork => ({
  ready() {
    const check = work.ready();
    return { ...check, details: { ...check.details, ...forwarders.state() } };
  },
  async [Symbol.asyncDispose]() {
    // Side by side: the time to stop is short.
    await Promise.all([forwarders[Symbol.asyncDispose](), work[Symbol.asyncDispose]()]);
  },
});

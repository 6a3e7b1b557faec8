import { windowClosedRecord } from '@neartime/schemas';
import { connectPipeline, memberWork } from '@neartime/servers';
import type { Logger, Patience, RunningWork } from '@neartime/service';
import { type Assignment, type Clock, RecordDecoder, persistently } from '@neartime/streams';
import type { Config } from './config.ts';
import { FeatureMembers, type FoundFeature } from './feature-members.ts';
import { PartWriter } from './part-writer.ts';
import { RowsWorker } from './rows-worker.ts';
import { writerLog } from './writer-log.ts';

/** Connects, and joins the readers of every feature's rows. */
export async function startStoreWriter(
  config: Config,
  logger: Logger,
  clock: Clock,
  patience: Patience,
): Promise<RunningWork> {
  await using stack = new AsyncDisposableStack();
  const listener = writerLog(logger);
  const pipeline = stack.use(await connectPipeline(config, clock, listener.buried, patience));
  const { log, deadLetters } = pipeline;
  const { catalogue, onlineStore } = pipeline.cassandra;
  const objects = pipeline.objects.store(config.store);
  const online = onlineStore({ windowsTtl: config.windowsTtl });
  const writer = new PartWriter({ objects, online, catalogue, clock, onDamaged: listener.damaged });

  const join = ({ topic, table, record }: FoundFeature) => {
    const decoder = new RecordDecoder(log.registry, [
      { record, strings: 'bytes', longs: 'exact' },
      { record: windowClosedRecord },
    ]);
    const open = async (assignment: Assignment) =>
      new RowsWorker(assignment, { table, decoder, writer, online, deadLetters, clock, listener });
    logger.info({ feature: table.feature, column: table.column, type: table.type }, 'feature found');
    const groupId = `neartime.store-writer.${table.feature}`;
    return persistently(
      () => log.reader.join({ groupId, topics: [topic], open, onTrouble: patience.onTrouble }),
      patience,
    );
  };
  const { topics, registry } = log;
  const members = new FeatureMembers({
    topics,
    registry,
    join,
    lookEverySeconds: config.lookEvery,
    onTrouble: patience.onTrouble,
  });
  // The looking ends first, so that no group is joined while others are left.
  const resources = stack.move();
  const work = memberWork(() => members.all, resources);
  return {
    ready: work.ready,
    async [Symbol.asyncDispose]() {
      await members[Symbol.asyncDispose]();
      await work[Symbol.asyncDispose]();
    },
  };
}

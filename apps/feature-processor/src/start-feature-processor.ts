import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Feature } from '@neartime/engines';
import { encodeRows, noRows } from '@neartime/parquet';
import {
  type WindowClosed,
  entities,
  eventRecord,
  featureRowRecord,
  progressRecord,
  topics,
  windowClosedRecord,
} from '@neartime/schemas';
import { type PipelineConnection, connectPipeline, featureTopics, memberWork } from '@neartime/servers';
import type { Logger, Patience, RunningWork } from '@neartime/service';
import { registerFeatures } from '@neartime/settling';
import {
  type Assignment,
  type Catalogue,
  type Clock,
  RecordDecoder,
  RecordEncoder,
  type SchemaRegistry,
  StoreError,
  persistently,
  repeatedly,
} from '@neartime/streams';
import type { Config, FeatureGroup } from './config.ts';
import { eventReader } from './event-reader.ts';
import { FeatureWorker } from './feature-worker.ts';
import { processorLog } from './processor-log.ts';
import { Reprocessor, type ReprocessorOptions } from './reprocess/reprocessor.ts';
import type { SettlingSettings } from './settling-settings.ts';
import { type FeatureEncoders, WindowPublisher } from './window-publisher.ts';

/** Connects, registers the schemas of its features, and joins the readers of their events. */
export async function startFeatureProcessor(
  config: Config,
  logger: Logger,
  clock: Clock,
  patience: Patience,
): Promise<RunningWork> {
  await using stack = new AsyncDisposableStack();
  const listener = processorLog(logger);
  const pipeline = stack.use(await connectPipeline(config, clock, listener.buried, patience));
  const { log, deadLetters } = pipeline;
  const { catalogue } = pipeline.cassandra;
  const { features, groupId } = config.group;
  const { partitions, grace } = config.pipeline;
  await settleGroup(catalogue, config.group);
  await registerFeatures(catalogue, features, clock.now());
  // Before its topic is there: whoever finds that looks for the schema.
  const encoders = await encodersOf(log.registry, features);
  const names = features.map(({ name }) => name);
  await pipeline.settleTopics(featureTopics(names, config.pipeline));
  await log.registry.register(eventRecord);
  await log.registry.register(progressRecord);
  const publisher = new WindowPublisher({ log: log.writer, clock, encoders });
  const decoder = new RecordDecoder(log.registry, [eventReader(), { record: progressRecord }]);

  const read = entities.filter((entity) => features.some((feature) => feature.entity === entity));
  const open = async (assignment: Assignment) => {
    const entity = read.find((one) => topics.events(one) === assignment.topic)!;
    const its = features.filter((feature) => feature.entity === entity);
    const { emitEvery } = config;
    const shared = { decoder, publisher, deadLetters, catalogue, clock, listener };
    return new FeatureWorker(assignment, { entity, features: its, partitions, grace, emitEvery, ...shared });
  };
  const join = { groupId, topics: read.map((entity) => topics.events(entity)), open, onTrouble: patience.onTrouble };
  const member = await persistently(() => log.reader.join(join), patience);
  const beside = config.settling
    ? [settling(config.settling, { features, publisher, partitions, clock, listener }, pipeline, patience)]
    : [];
  return memberWork(() => [member], stack.move(), ...beside);
}

/** Settles windows, now and then, until it is disposed of. */
function settling(
  { store, every, after, parityOneIn }: SettlingSettings,
  shared: Pick<ReprocessorOptions, 'features' | 'publisher' | 'partitions' | 'clock' | 'listener'>,
  { cassandra: { catalogue, leases }, objects }: PipelineConnection,
  { onTrouble }: Patience,
): AsyncDisposable {
  const reprocessor = new Reprocessor({
    ...{ ...shared, catalogue, leases, settleAfter: after, parityOneIn },
    ...{ objects: objects.store(store), rawFile: objects.rawFile, owner: `${hostname()} ${randomUUID()}` },
    encode: (rows, { engine }) => encodeRows(rows ?? noRows, engine.output),
  });
  const ending = new AbortController();
  const { signal } = ending;
  const done = repeatedly(() => reprocessor.turn(signal), { everySeconds: every, signal, onTrouble });
  return {
    async [Symbol.asyncDispose]() {
      ending.abort();
      await done;
    },
  };
}

/** What a group has read is read for these features: others under its name would begin where these are. */
async function settleGroup(catalogue: Catalogue, { features, groupId }: FeatureGroup): Promise<void> {
  const asked = features
    .map(({ name }) => name)
    .sort()
    .join();
  const standing = await catalogue.settleSetting(`group/${groupId}`, asked);
  if (standing === asked) return;
  throw new StoreError(
    `group: ${groupId} computes ${standing}, and FEATURES is ${asked}; give the other set of features another GROUP_ID`,
  );
}

async function encodersOf(
  registry: SchemaRegistry,
  features: readonly Feature[],
): Promise<Map<string, FeatureEncoders>> {
  const closed = await RecordEncoder.of<WindowClosed>(registry, windowClosedRecord);
  const encoders = new Map<string, FeatureEncoders>();
  for (const { name, engine } of features) {
    const record = featureRowRecord(name, engine.output.name, engine.output.type);
    encoders.set(name, {
      row: await RecordEncoder.of<object>(registry, record, { strings: 'bytes', longs: 'exact' }),
      closed,
    });
  }
  return encoders;
}

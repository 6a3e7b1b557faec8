import type { Feature } from '@neartime/engines';
import { type FeatureEncoders, FeatureWorker, WindowPublisher, eventReader } from '@neartime/feature-processor';
import { features } from '@neartime/features';
import { NoticesWorker, ProgressSender, ingestFile, quickPace } from '@neartime/ingestor';
import {
  type Progress,
  type RejectedLinesRecord,
  type WindowClosed,
  entities,
  eventRecord,
  featureRowRecord,
  progressRecord,
  rejectedLinesRecord,
  topics,
  windowClosedRecord,
} from '@neartime/schemas';
import {
  type Assignment,
  type LogWriter,
  type PartitionWorker,
  RecordDecoder,
  RecordEncoder,
  type SchemaRegistry,
  systemClock,
} from '@neartime/streams';
import pLimit from 'p-limit';
import { type PlaceConnection, grace, noticesPartitions, partitions } from './place.ts';

/* The workers, wired as start-ingestor.ts and start-feature-processor.ts wire them. */

const clock = systemClock;
const filesAtOnce = 2;
const emitEvery = 30;

export const onTrouble = (error: Error): never => {
  throw error;
};

/** What opens the workers of `raw-files`; `onBegun` hears of the first file, `onSent` of each that is sent, with its lines. */
export async function noticesWorkers(
  place: PlaceConnection,
  { onBegun, onSent }: { onBegun: () => void; onSent: (lines: number) => void },
): Promise<(assignment: Assignment) => Promise<PartitionWorker>> {
  const { registry, catalogue, writer, reservoir, deadLetters } = place;
  const events = await RecordEncoder.of<object>(registry, eventRecord, { strings: 'bytes' });
  const rejected = await RecordEncoder.of<RejectedLinesRecord>(registry, rejectedLinesRecord);
  const progress = await RecordEncoder.of<Progress>(registry, progressRecord);
  const shared = { catalogue, log: writer, clock, partitions };
  const ingesting = { ...shared, reservoirOf: () => reservoir, events, rejected, grace, pace: quickPace };
  const inTurn = pLimit(filesAtOnce);
  return (assignment) =>
    NoticesWorker.open(assignment, {
      ingest: (notice, signal) =>
        inTurn(() => {
          onBegun();
          return ingestFile(notice, { ...ingesting, signal });
        }),
      progress: new ProgressSender({ ...shared, encoder: progress, noticesPartition: assignment.partition }),
      ...{ catalogue, deadLetters, clock, noticesPartitions, idleAfter: 300 },
      endOf: async () => (await place.topics.bounds(topics.rawFiles))[assignment.partition]!.end,
      listener: {
        ingested(notice, outcome) {
          if (outcome.is !== 'sent') throw new Error(`bench: ${notice.key} is ${outcome.is}`);
          // A group that was joined anew meets notices again.
          if (outcome.file) onSent(outcome.file.read);
        },
      },
    });
}

export async function publisherOf(
  registry: SchemaRegistry,
  log: LogWriter,
  its: readonly Feature[],
): Promise<WindowPublisher> {
  const closed = await RecordEncoder.of<WindowClosed>(registry, windowClosedRecord);
  const encoders = new Map<string, FeatureEncoders>();
  for (const { name, engine } of its) {
    const record = featureRowRecord(name, engine.output.name, engine.output.type);
    const row = await RecordEncoder.of<object>(registry, record, { strings: 'bytes', longs: 'exact' });
    encoders.set(name, { row, closed });
  }
  return new WindowPublisher({ log, clock, encoders });
}

/** What opens the workers of the events of some features. */
export async function featureWorkers(
  { registry, writer, deadLetters, catalogue }: PlaceConnection,
  its: readonly Feature[],
): Promise<(assignment: Assignment) => FeatureWorker> {
  const publisher = await publisherOf(registry, writer, its);
  await registry.register(eventRecord);
  await registry.register(progressRecord);
  const decoder = new RecordDecoder(registry, [eventReader(), { record: progressRecord }]);
  return (assignment) => {
    const entity = entities.find((one) => topics.events(one) === assignment.topic)!;
    return new FeatureWorker(assignment, {
      ...{ entity, partitions, grace, emitEvery, decoder, publisher, deadLetters, catalogue, clock },
      features: its.filter((feature) => feature.entity === entity),
      listener: { windowClosed() {}, published() {}, late() {}, beginsAt() {} },
    });
  };
}

export const featuresNamed = (names: readonly string[]): Feature[] =>
  names.map((name) => (features as readonly Feature[]).find((feature) => feature.name === name)!);

export const topicsOf = (its: readonly Feature[]): string[] =>
  entities.filter((entity) => its.some((feature) => feature.entity === entity)).map((entity) => topics.events(entity));

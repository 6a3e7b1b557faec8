import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Feature } from '@neartime/engines';
import { type FeatureEncoders, FeatureWorker, Reprocessor, WindowPublisher } from '@neartime/feature-processor';
import { NoticesWorker, ProgressSender, ingestFile } from '@neartime/ingestor';
import {
  type Entity,
  type Progress,
  type RejectedLinesRecord,
  entities,
  eventRecord,
  featureRowRecord,
  progressRecord,
  rejectedLinesRecord,
  topics,
  windowClosedRecord,
} from '@neartime/schemas';
import { encodeRows, noRows } from '@neartime/parquet';
import { registerFeatures } from '@neartime/settling';
import { PartWriter, RowsWorker } from '@neartime/store-writer';
import {
  type Clock,
  DeadLetters,
  type GroupMember,
  type ParityResult,
  RecordDecoder,
  RecordEncoder,
  type Reservoir,
} from '@neartime/streams';
import { inOrder } from '../expected.ts';
import type { SqliteCatalogue } from '@neartime/streams/embedded';
import {
  MemoryLeases,
  MemoryLog,
  MemoryObjectStore,
  MemoryOnlineStore,
  MemoryRegistry,
} from '@neartime/streams/memory';

/** A clock that stands until it is moved. */
export class SetClock implements Clock {
  #now: number;
  #elapsed = 0;

  constructor(now: number) {
    this.#now = now;
  }
  now(): number {
    return this.#now;
  }
  elapsed(): number {
    return this.#elapsed;
  }
  move(seconds: number): void {
    this.#now += seconds;
    this.#elapsed += seconds;
  }
}

const weekMs = 7 * 86_400_000;
export const partitions = 4;
export const grace = 180;
const nothing = () => undefined;

/** A window that was computed from raw files, or why it was not. */
export interface Revised {
  readonly feature: string;
  readonly window: number;
  readonly revision?: number;
  readonly why?: string;
}

/** The three services over a log, a registry and an object store in memory: the same workers that the services run. */
export class Topology {
  readonly log = new MemoryLog();
  readonly registry = new MemoryRegistry();
  readonly objects = new MemoryObjectStore();
  readonly online = new MemoryOnlineStore();
  readonly leases = new MemoryLeases();
  readonly troubles: Error[] = [];
  readonly late: { window: number; events: number }[] = [];
  readonly #reservoir: Reservoir;
  readonly #catalogue: SqliteCatalogue;
  readonly #clock: Clock;
  readonly idleAfter: number;

  constructor(reservoir: Reservoir, catalogue: SqliteCatalogue, clock: Clock, idleAfter = 300) {
    this.#reservoir = reservoir;
    this.#catalogue = catalogue;
    this.#clock = clock;
    this.idleAfter = idleAfter;
  }

  async makeTopics(features: readonly Feature[]): Promise<void> {
    const spec = (topic: string, count = partitions) => ({ topic, partitions: count, retentionMs: weekMs });
    await this.log.ensure([
      ...[spec(topics.rawFiles), spec(topics.rejected, 1), spec(topics.deadLetters, 1)],
      ...entities.map((entity) => spec(topics.events(entity))),
      ...features.map(({ name }) => spec(topics.feature(name))),
    ]);
  }

  async ingestor(): Promise<GroupMember> {
    const [events, rejected, progress] = await Promise.all([
      RecordEncoder.of<object>(this.registry, eventRecord, { strings: 'bytes' }),
      RecordEncoder.of<RejectedLinesRecord>(this.registry, rejectedLinesRecord),
      RecordEncoder.of<Progress>(this.registry, progressRecord),
    ]);
    const deadLetters = await this.#deadLetters();
    const catalogue = this.#catalogue;
    const shared = { catalogue, log: this.log, clock: this.#clock, partitions };
    return this.log.join({
      groupId: 'neartime.ingestor',
      topics: [topics.rawFiles],
      onTrouble: (error) => void this.troubles.push(error),
      open: (assignment) =>
        NoticesWorker.open(assignment, {
          ingest: (notice, signal) =>
            ingestFile(notice, { ...shared, signal, reservoirOf: () => this.#reservoir, events, rejected, grace }),
          progress: new ProgressSender({ ...shared, encoder: progress, noticesPartition: assignment.partition }),
          catalogue,
          deadLetters,
          clock: this.#clock,
          idleAfter: this.idleAfter,
          noticesPartitions: partitions,
          endOf: async () => (await this.log.bounds(topics.rawFiles))[assignment.partition]!.end,
          listener: { ingested: nothing },
        }),
    });
  }

  async publisher(features: readonly Feature[]): Promise<WindowPublisher> {
    const encoders = new Map<string, FeatureEncoders>();
    for (const { name, engine } of features) {
      const record = featureRowRecord(name, engine.output.name, engine.output.type);
      const row = await RecordEncoder.of<object>(this.registry, record, { strings: 'bytes', longs: 'exact' });
      encoders.set(name, { row, closed: await RecordEncoder.of(this.registry, windowClosedRecord) });
    }
    return new WindowPublisher({ log: this.log, clock: this.#clock, encoders });
  }

  async processor(groupId: string, features: readonly Feature[]): Promise<GroupMember> {
    const deadLetters = await this.#deadLetters();
    const publisher = await this.publisher(features);
    const byEntity = Map.groupBy(features, ({ entity }) => entity);
    return this.log.join({
      groupId,
      topics: [...byEntity.keys()].map((entity) => topics.events(entity)),
      onTrouble: (error) => void this.troubles.push(error),
      open: async (assignment) => {
        const entity = entities.find((one) => topics.events(one) === assignment.topic) as Entity;
        return new FeatureWorker(assignment, {
          entity,
          features: byEntity.get(entity)!,
          partitions,
          grace,
          emitEvery: 30,
          decoder: new RecordDecoder(this.registry, [
            { record: eventRecord, strings: 'bytes' },
            { record: progressRecord },
          ]),
          publisher,
          deadLetters,
          catalogue: this.#catalogue,
          clock: this.#clock,
          listener: {
            windowClosed: nothing,
            published: nothing,
            beginsAt: nothing,
            late: (events, window) => void this.late.push({ events, window }),
          },
        });
      },
    });
  }

  /** Settles windows as a processor does, turn by turn. `settleAfter` in seconds; `over`: what it reads raw files through. */
  async reprocessor(
    features: readonly Feature[],
    { owner = 'a test', settleAfter = 600, parityOneIn = 0, over = (reservoir: Reservoir) => reservoir } = {},
  ): Promise<{ readonly reprocessor: Reprocessor; readonly revisions: Revised[]; readonly parity: ParityResult[] }> {
    const [revisions, parity]: [Revised[], ParityResult[]] = [[], []];
    const reservoir = over(this.#reservoir);
    await registerFeatures(this.#catalogue, features, this.#clock.now());
    const reprocessor = new Reprocessor({
      ...{ features, catalogue: this.#catalogue, leases: this.leases, objects: this.objects, clock: this.#clock },
      ...{ partitions, owner, settleAfter, parityOneIn, publisher: await this.publisher(features) },
      rawFile: (path) => ({ reservoir, path: path.replace('s3://raw/', '') }),
      encode: (rows, { engine }) => encodeRows(rows ?? noRows, engine.output),
      listener: {
        reprocessed: (feature, window, revision) => void revisions.push({ feature, window, revision }),
        incomplete: (feature, window, why) => void revisions.push({ feature, window, why }),
        parity: (result) => void parity.push(result),
      },
    });
    return { reprocessor, revisions, parity };
  }

  async writer(features: readonly Feature[]): Promise<GroupMember> {
    const { objects, online } = this;
    const deadLetters = await this.#deadLetters();
    const onDamaged = (name: string) => void this.troubles.push(new Error(`${name} is damaged`));
    const writer = new PartWriter({ objects, online, catalogue: this.#catalogue, clock: this.#clock, onDamaged });
    return this.log.join({
      groupId: 'neartime.store-writer',
      topics: features.map(({ name }) => topics.feature(name)),
      onTrouble: (error) => void this.troubles.push(error),
      open: async (assignment) => {
        const feature = features.find(({ name }) => topics.feature(name) === assignment.topic)!;
        const { name, engine } = feature;
        const record = featureRowRecord(name, engine.output.name, engine.output.type);
        return new RowsWorker(assignment, {
          table: { feature: name, column: engine.output.name, type: engine.output.type },
          decoder: new RecordDecoder(this.registry, [
            { record, strings: 'bytes', longs: 'exact' },
            { record: windowClosedRecord },
          ]),
          writer,
          online,
          deadLetters,
          clock: this.#clock,
          listener: { written: nothing, provisional: nothing },
        });
      },
    });
  }

  async notify(source: string, ...values: string[]): Promise<void> {
    const partition = [...source].reduce((sum, character) => sum + character.charCodeAt(0), 0) % partitions;
    const records = values.map((value) => ({
      key: Buffer.from(source),
      value: Buffer.from(value),
      timestamp: this.#clock.now() * 1000,
    }));
    await this.log.append([{ topic: topics.rawFiles, partition, records }]);
  }

  /** The SHA-256 of every object that stands, or of those of one feature, by name. */
  async stored(feature?: string): Promise<Record<string, string>> {
    const objects: Record<string, string> = {};
    for await (const name of this.objects.list(
      feature === undefined ? 'features_store/' : `features_store/${feature}/`,
    ))
      objects[name] = createHash('sha256')
        .update((await this.objects.get(name))!)
        .digest('hex');
    return objects;
  }

  /** What is online of a feature, as Expected has it. */
  onlineRows({ name }: Feature): string[] {
    const rows = this.online.latest({ feature: name });
    return inOrder(rows.map((row) => [row.id, row.country, row.brand, row.window, row.value, row.final]));
  }

  #deadLetters(): Promise<DeadLetters> {
    return DeadLetters.over(this.log, this.registry, this.#clock, nothing);
  }
}

export async function until(holds: () => boolean | Promise<boolean>, what: string, seconds = 30): Promise<void> {
  for (const end = performance.now() + seconds * 1000; !(await holds()); await sleep(10))
    if (performance.now() > end) throw new Error(`it did not come to this: ${what}`);
}

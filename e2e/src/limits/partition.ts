import { setImmediate as aTurn } from 'node:timers/promises';
import { type FeatureEncoders, FeatureWorker, WindowPublisher } from '@neartime/feature-processor';
import { features } from '@neartime/features';
import { eventRecord, featureRowRecord, progressRecord, windowClosedRecord } from '@neartime/schemas';
import { DeadLetters, type LogAppend, type LoggedRecord, RecordDecoder, RecordEncoder } from '@neartime/streams';
import { MemoryRegistry } from '@neartime/streams/memory';

/* One partition of events under the real worker of a feature processor; what it publishes goes where the caller says. */

const [feature] = features;
export const table = { feature: feature.name, column: feature.engine.output.name, type: feature.engine.output.type };
export const rowRecord = featureRowRecord(table.feature, table.column, table.type);
export const registry = new MemoryRegistry();
const nothing = () => undefined;
const sentAt = Date.parse('2018-08-01T10:05:00Z') / 1000;
export const windowAt = sentAt - 300;
export const grace = 180;

export class Partition {
  readonly clock = { time: sentAt, now: () => this.clock.time, elapsed: () => this.clock.time };
  readonly worker: FeatureWorker;
  readonly #events: RecordEncoder<object>;
  readonly #progress: RecordEncoder<object>;
  #offset = 0;

  private constructor(
    events: RecordEncoder<object>,
    progress: RecordEncoder<object>,
    worker: (clock: Partition['clock']) => FeatureWorker,
  ) {
    this.#events = events;
    this.#progress = progress;
    this.worker = worker(this.clock);
  }

  static async open(append: (append: LogAppend) => void): Promise<Partition> {
    const log = {
      append: async (appends: readonly LogAppend[]) => {
        appends.forEach(append);
        // Others get a turn, as they do while a real log answers.
        await aTurn();
      },
    };
    const row = await RecordEncoder.of<object>(registry, rowRecord, { strings: 'bytes', longs: 'exact' });
    const encoders = new Map<string, FeatureEncoders>([
      [feature.name, { row, closed: await RecordEncoder.of(registry, windowClosedRecord) }],
    ]);
    const decoder = new RecordDecoder(registry, [
      { record: eventRecord, strings: 'bytes' },
      { record: progressRecord },
    ]);
    const events = await RecordEncoder.of<object>(registry, eventRecord, { strings: 'bytes' });
    const deadLetters = await DeadLetters.over(log, registry, { now: () => 0, elapsed: () => 0 }, nothing);
    const place = { topic: 'events.device', partition: 0, committed: undefined, beginning: 0, end: 0 };
    return new Partition(
      events,
      await RecordEncoder.of<object>(registry, progressRecord),
      (clock) =>
        new FeatureWorker(
          { ...place, signal: new AbortController().signal },
          {
            ...{
              entity: 'device',
              features: [feature],
              partitions: 1,
              grace,
              emitEvery: 30,
              decoder,
              deadLetters,
              clock,
            },
            publisher: new WindowPublisher({ log, clock, encoders }),
            catalogue: { setSetting: async () => undefined },
            listener: { windowClosed: nothing, published: nothing, late: nothing, beginsAt: nothing },
          },
        ),
    );
  }

  /** Events of these ids, as the next lines of one file. */
  events(ids: readonly string[]): LoggedRecord[] {
    return ids.map((id) =>
      this.#record(
        this.#events.encode({
          ...{ event_name: Buffer.from('view_item'), timestamp: windowAt + (this.#offset % 600), user_id: null },
          ...{ device_id: Buffer.from(id), country: Buffer.from('pl'), brand: Buffer.from('olx') },
          ...{ file_id: Buffer.alloc(16, 7), line: this.#offset + 1 },
        }),
      ),
    );
  }

  progress(sources: readonly { readonly source: string; readonly complete_up_to: number }[]): LoggedRecord {
    return this.#record(this.#progress.encode({ sources }));
  }

  #record(value: Uint8Array): LoggedRecord {
    return { key: null, value, timestamp: this.clock.time * 1000, offset: this.#offset++ };
  }
}

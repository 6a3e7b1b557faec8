import { type Feature, type OpenWindow, checksum, noLines, packPart, sortRows } from '@neartime/engines';
import { type FeatureRow, type PartRows, type WindowClosed, provisional, topics } from '@neartime/schemas';
import type { Clock, LogRecord, LogWriter, RecordEncoder } from '@neartime/streams';

/** The encoders of a feature's rows (their longs exact) and of what ends a revision. */
export interface FeatureEncoders {
  readonly row: RecordEncoder<object>;
  readonly closed: RecordEncoder<WindowClosed>;
}

export interface PublisherOptions {
  readonly log: LogWriter;
  readonly clock: Clock;
  readonly encoders: ReadonlyMap<string, FeatureEncoders>;
}

/** What was published of a window. */
export interface Published {
  readonly feature: string;
  readonly window: number;
  readonly partition: number;
  readonly revision: number;
  readonly rows: number;
  readonly lines: number;
}

const recordsAtOnce = 5000;

/** Publishes rows of windows to `features.<name>`, to the partition of their events. */
export class WindowPublisher {
  readonly #options: PublisherOptions;

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  /** Publishes what changed of open windows, oldest first; gives how many rows. */
  async changed(windows: Iterable<OpenWindow>, partition: number): Promise<number> {
    let count = 0;
    for (const window of [...windows].sort((a, b) => a.start - b.start)) {
      for (const feature of window.features) {
        const slots = window.table(feature.name, partition)?.takeChanged();
        if (!slots || slots.length === 0) continue;
        const rows = sortRows(packPart(window, feature, partition, slots), feature);
        const { lines } = window.lines(feature.entity, partition);
        await this.#append(
          feature,
          partition,
          this.#rowRecords(feature, rows, { window: window.start, partition, revision: provisional, lines }),
        );
        count += rows.rows;
      }
    }
    return count;
  }

  /** Publishes a window whole, as a revision: its rows in key order, then what ends it. The window is not used afterwards. */
  async whole(window: OpenWindow, feature: Feature, partition: number, revision: number): Promise<Published> {
    const lines = window.lines(feature.entity, partition);
    const rows = window.table(feature.name, partition)
      ? sortRows(packPart(window, feature, partition), feature)
      : undefined;
    const place = { window: window.start, partition, revision };
    await this.#append(
      feature,
      partition,
      this.#endedBy(feature, { ...place, rows: rows?.rows ?? 0, checksum: rows ? checksum(rows) : '', lines }, rows),
    );
    return { feature: feature.name, ...place, rows: rows?.rows ?? 0, lines: lines.lines };
  }

  /** Says of a window without lines that it is closed. */
  async empty(window: number, feature: Feature, partition: number): Promise<void> {
    const closed = { window, partition, revision: 0, rows: 0, checksum: '', lines: noLines };
    await this.#append(feature, partition, this.#endedBy(feature, closed, undefined));
  }

  *#endedBy(
    feature: Feature,
    closed: Omit<WindowClosed, 'closed_at'>,
    rows: PartRows | undefined,
  ): Iterable<LogRecord> {
    const { window, partition, revision, lines } = closed;
    if (rows) yield* this.#rowRecords(feature, rows, { window, partition, revision, lines: lines.lines });
    const { clock } = this.#options;
    const value = this.#encoders(feature).closed.encode({ ...closed, closed_at: clock.now() });
    yield { key: null, value, timestamp: clock.now() * 1000 };
  }

  *#rowRecords(
    feature: Feature,
    rows: PartRows,
    place: Pick<FeatureRow, 'window' | 'partition' | 'revision' | 'lines'>,
  ): Iterable<LogRecord> {
    const { row: encoder } = this.#encoders(feature);
    const { name: column } = feature.engine.output;
    const pairs = rows.pairs.map(({ country, brand }) => ({
      country: Buffer.from(country),
      brand: Buffer.from(brand),
    }));
    const timestamp = this.#options.clock.now() * 1000;
    for (let row = 0; row < rows.rows; row++) {
      const id = rows.ids.subarray(rows.offsets[row], rows.offsets[row + 1]);
      const key = Buffer.from(id.buffer, id.byteOffset, id.byteLength);
      const value = encoder.encode({ ...place, id: key, ...pairs[rows.pair[row]!]!, [column]: rows.values[row] });
      yield { key, value, timestamp };
    }
  }

  async #append(feature: Feature, partition: number, records: Iterable<LogRecord>): Promise<void> {
    const topic = topics.feature(feature.name);
    for (const some of inBatches(records, recordsAtOnce))
      await this.#options.log.append([{ topic, partition, records: some }]);
  }

  #encoders({ name }: Feature): FeatureEncoders {
    return this.#options.encoders.get(name)!;
  }
}

function* inBatches<T>(all: Iterable<T>, size: number): Iterable<T[]> {
  let batch: T[] = [];
  for (const one of all) {
    batch.push(one);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

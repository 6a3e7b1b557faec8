import {
  type Feature,
  type OpenWindow,
  buffersOfPart,
  buffersOfRows,
  checksum,
  giveBack,
  noLines,
  packPart,
  sortRows,
} from '@neartime/engines';
import { type FeatureRow, type PartRows, type WindowClosed, provisional, topics } from '@neartime/schemas';
import { type Clock, type LogWriter, RecordBlock, type RecordEncoder } from '@neartime/streams';
import { RowBytes } from './row-bytes.ts';

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
        await this.#append(feature, rows, { window: window.start, partition, revision: provisional, lines });
        count += rows.rows;
        giveBack(buffersOfRows(rows));
      }
    }
    return count;
  }

  /** Publishes a window whole, as a revision: its rows in key order, then what ends it. The window is not used afterwards. */
  async whole(window: OpenWindow, feature: Feature, partition: number, revision: number): Promise<Published> {
    const lines = window.lines(feature.entity, partition);
    const part = window.table(feature.name, partition) ? packPart(window, feature, partition) : undefined;
    const rows = part && sortRows(part, feature);
    if (part) giveBack(buffersOfPart(part));
    const place = { window: window.start, partition, revision };
    await this.#appendWhole(
      feature,
      { ...place, rows: rows?.rows ?? 0, checksum: rows ? checksum(rows) : '', lines },
      rows,
    );
    if (rows) giveBack(buffersOfRows(rows));
    return { feature: feature.name, ...place, rows: rows?.rows ?? 0, lines: lines.lines };
  }

  /** Says of a window without lines that it is closed. */
  async empty(window: number, feature: Feature, partition: number): Promise<void> {
    const closed = { window, partition, revision: 0, rows: 0, checksum: '', lines: noLines };
    await this.#appendWhole(feature, closed, undefined);
  }

  /** Rows, and what ends their revision. */
  async #appendWhole(
    feature: Feature,
    closed: Omit<WindowClosed, 'closed_at'>,
    rows: PartRows | undefined,
  ): Promise<void> {
    const { window, partition, revision, lines } = closed;
    if (rows) await this.#append(feature, rows, { window, partition, revision, lines: lines.lines });
    const { clock } = this.#options;
    const value = this.#encoders(feature).closed.encode({ ...closed, closed_at: clock.now() });
    const block = new RecordBlock();
    block.add(null, 0, 0, value, 0, value.length);
    await this.#send(feature, partition, block);
  }

  async #append(
    feature: Feature,
    rows: PartRows,
    place: Pick<FeatureRow, 'window' | 'partition' | 'revision' | 'lines'>,
  ): Promise<void> {
    const { type } = feature.engine.output;
    const row = new RowBytes(rows, place, { schemaId: this.#encoders(feature).row.id, type });
    const { ids, offsets } = rows;
    const block = new RecordBlock();
    for (let i = 0; i < rows.rows; i++) {
      const size = row.lay(i);
      if (!block.hasRoomFor(offsets[i + 1]! - offsets[i]! + size)) {
        await this.#send(feature, place.partition, block);
        block.clear();
      }
      block.add(ids, offsets[i]!, offsets[i + 1]!, row.bytes, 0, size);
    }
    if (block.length > 0) await this.#send(feature, place.partition, block);
  }

  async #send({ name }: Feature, partition: number, block: RecordBlock): Promise<void> {
    block.timestamp = this.#options.clock.now() * 1000;
    await this.#options.log.append([{ topic: topics.feature(name), partition, records: block }]);
  }

  #encoders({ name }: Feature): FeatureEncoders {
    return this.#options.encoders.get(name)!;
  }
}

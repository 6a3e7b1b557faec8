import { EventFold, type EventView, murmur2, partitionOf } from '@neartime/engines';
import type { LineSink } from '@neartime/ingest';
import { RejectedLines } from '@neartime/ingest';
import {
  type Entity,
  type EventSchema,
  type RejectReason,
  entities,
  entityFields,
  maxWindowsPerFile,
  topics,
} from '@neartime/schemas';
import { type Clock, type LogWriter, RecordBlock, type RecordEncoder } from '@neartime/streams';
import { EventBytes } from './event-bytes.ts';

export interface FileSenderOptions {
  readonly schema: EventSchema;
  readonly partitions: number;
  readonly encoder: RecordEncoder<object>;
  readonly clock: Clock;
  readonly log: LogWriter;
  /** So many are sent at once, and what one piece of the file brings beyond them. */
  readonly recordsAtOnce: number;
}

/** What waits for a partition: blocks in their order, the last of them still filled. */
interface Waiting {
  readonly topic: string;
  readonly partition: number;
  readonly blocks: RecordBlock[];
}

/**
 * Sends the events of one file to the topic of each id that they carry. Every partition gets its lines in order, one batch at a
 * time: what it has is always a beginning of the lines that it is to get.
 */
export class FileSender implements LineSink {
  readonly rejectedLines = new RejectedLines();
  /** Counts lines by window, entity and partition, as every form of running does. */
  readonly #counts: EventFold;
  readonly #options: FileSenderOptions;
  readonly #event: EventBytes;
  readonly #idFields: readonly { readonly entity: Entity; readonly field: number }[];
  /** By entity and partition. */
  #waiting: Waiting[][] = [];
  #waitingRecords = 0;
  /** Blocks that were sent, to be filled again. */
  #free: RecordBlock[] = [];
  #sending: Promise<void> = Promise.resolve();

  /** `fileId`: 32 hex digits. */
  constructor(fileId: string, options: FileSenderOptions) {
    this.#options = options;
    this.#event = new EventBytes(options.schema, Buffer.from(fileId, 'hex'), options.encoder.id);
    const names = Object.keys(options.schema);
    this.#idFields = entities.map((entity) => ({ entity, field: names.indexOf(entityFields[entity]) }));
    this.#counts = new EventFold({
      schema: options.schema,
      features: [],
      partitions: options.partitions,
      maxWindows: maxWindowsPerFile,
    });
  }

  add(event: EventView): boolean {
    if (!this.#counts.add(event)) return false;
    const size = this.#event.lay(event);
    const { bytes, starts, ends, at } = event;
    for (let i = 0; i < this.#idFields.length; i++) {
      const { field } = this.#idFields[i]!;
      const [start, end] = [starts[at + field]!, ends[at + field]!];
      if (start >= end) continue;
      const partition = partitionOf(murmur2(bytes, start, end), this.#options.partitions);
      this.#blockFor(i, partition, end - start + size).add(bytes, start, end, this.#event.bytes, 0, size);
      this.#waitingRecords++;
    }
    return true;
  }

  rejected(reason: RejectReason, line: number, bytes: Uint8Array): void {
    this.rejectedLines.add(reason, line, bytes);
  }

  /** Passes pieces on, and waits before each until there is room for what the last one brought. */
  async *paced(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    for await (const piece of pieces) {
      yield piece;
      if (this.#waitingRecords >= this.#options.recordsAtOnce) await this.#send();
    }
  }

  /** Sends what is left; all lines stand when it returns. Gives what was counted. */
  async finish() {
    await this.#send();
    await this.#sending;
    return this.#counts.finish();
  }

  /** Begins to send what waits, once what was sent before stands. */
  async #send(): Promise<void> {
    await this.#sending;
    const timestamp = this.#options.clock.now() * 1000;
    const appends = this.#waiting.flat().flatMap(({ topic, partition, blocks }) =>
      blocks.map((block) => {
        block.timestamp = timestamp;
        return { topic, partition, records: block };
      }),
    );
    this.#waiting = [];
    this.#waitingRecords = 0;
    // Once they stand, their memory takes the next ones.
    this.#sending = this.#options.log.append(appends).then(() => {
      for (const { records } of appends) records.clear();
      this.#free.push(...appends.map(({ records }) => records));
    });
    // Whoever goes on hears of a failure; until then it is nobody's.
    this.#sending.catch(() => undefined);
  }

  /** The block of a partition that takes the next record, of so many bytes. */
  #blockFor(idField: number, partition: number, bytes: number): RecordBlock {
    const waiting = (this.#waiting[idField] ??= []);
    const { blocks } = (waiting[partition] ??= {
      topic: topics.events(this.#idFields[idField]!.entity),
      partition,
      blocks: [],
    });
    const last = blocks.at(-1);
    if (last?.hasRoomFor(bytes)) return last;
    const next = this.#free.pop() ?? new RecordBlock();
    blocks.push(next);
    return next;
  }
}

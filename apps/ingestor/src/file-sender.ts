import { EventFold, type EventView, murmur2, partitionOf } from '@neartime/engines';
import type { LineSink } from '@neartime/ingest';
import { RejectedLines } from '@neartime/ingest';
import {
  type Entity,
  type EventSchema,
  type FieldKind,
  type RejectReason,
  entities,
  entityFields,
  maxWindowsPerFile,
  topics,
} from '@neartime/schemas';
import type { Clock, LogRecord, LogWriter, RecordEncoder } from '@neartime/streams';

export interface FileSenderOptions {
  readonly schema: EventSchema;
  readonly partitions: number;
  readonly encoder: RecordEncoder<object>;
  readonly clock: Clock;
  readonly log: LogWriter;
}

/** So many records are sent at once. */
const recordsAtOnce = 4000;

/**
 * Sends the events of one file to the topic of each id that they carry. Every partition gets its lines in order, one batch at a
 * time: what it has is always a beginning of the lines that it is to get.
 */
export class FileSender implements LineSink {
  readonly rejectedLines = new RejectedLines();
  /** Counts lines by window, entity and partition, as every form of running does. */
  readonly #counts: EventFold;
  readonly #options: FileSenderOptions;
  readonly #fileId: Uint8Array;
  readonly #fields: readonly (readonly [string, FieldKind])[];
  readonly #idFields: readonly { readonly entity: Entity; readonly field: number }[];
  #waiting = new Map<string, { topic: string; partition: number; records: LogRecord[] }>();
  #waitingRecords = 0;
  #sending: Promise<void> = Promise.resolve();

  /** `fileId`: 32 hex digits. */
  constructor(fileId: string, options: FileSenderOptions) {
    this.#options = options;
    this.#fileId = Buffer.from(fileId, 'hex');
    this.#fields = Object.entries(options.schema);
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
    const value = this.#options.encoder.encode(this.#recordOf(event));
    const timestamp = this.#options.clock.now() * 1000;
    const { bytes, starts, ends, at } = event;
    for (const { entity, field } of this.#idFields) {
      const [start, end] = [starts[at + field]!, ends[at + field]!];
      if (start >= end) continue;
      const partition = partitionOf(murmur2(bytes, start, end), this.#options.partitions);
      this.#wait(entity, partition, { key: bytes.slice(start, end), value, timestamp });
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
      if (this.#waitingRecords >= recordsAtOnce) await this.#send();
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
    const appends = [...this.#waiting.values()];
    this.#waiting = new Map();
    this.#waitingRecords = 0;
    this.#sending = this.#options.log.append(appends);
    // Whoever goes on hears of a failure; until then it is nobody's.
    this.#sending.catch(() => undefined);
  }

  #wait(entity: Entity, partition: number, record: LogRecord): void {
    const name = `${entity} ${partition}`;
    let waiting = this.#waiting.get(name);
    if (!waiting) this.#waiting.set(name, (waiting = { topic: topics.events(entity), partition, records: [] }));
    waiting.records.push(record);
    this.#waitingRecords++;
  }

  #recordOf({ bytes, starts, ends, numbers, at, line }: EventView): object {
    const record: Record<string, unknown> = { file_id: this.#fileId, line };
    this.#fields.forEach(([name, kind], field) => {
      const [start, end, number] = [starts[at + field]!, ends[at + field]!, numbers[at + field]!];
      if (kind === 'text' || kind === 'name') record[name] = start < end ? bufferOf(bytes, start, end) : null;
      else record[name] = Number.isNaN(number) ? null : number;
    });
    return record;
  }
}

const bufferOf = (bytes: Uint8Array, start: number, end: number): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);

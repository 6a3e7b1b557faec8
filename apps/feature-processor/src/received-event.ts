import type { EventView } from '@neartime/engines';
import { type EventSchema, eventRecordOf, scaleOf } from '@neartime/schemas';

/** An event record as the log gives it, its texts as UTF-8 bytes. */
export interface ReceivedEvent {
  readonly file_id: Uint8Array;
  readonly line: number;
  readonly timestamp: number;
  readonly [field: string]: Uint8Array | number | null;
}

const roomToBeginWith = 4096;
export const fileIdBytes = 16;

interface Field {
  readonly name: string;
  readonly isNumber: boolean;
  /** One that may be missing is a union with null before it. */
  readonly mayMiss: boolean;
}

/** Event records as the view that folds take; one view, used again for every event. */
export class EventInPlace {
  readonly view: EventView;
  /** Where in the view's bytes the file's identity begins. */
  fileAt = 0;
  readonly #fields: readonly Field[];
  /** Where the texts of records lie that came as objects. */
  #texts = new Uint8Array(roomToBeginWith);

  constructor(schema: EventSchema) {
    const record = eventRecordOf(schema);
    this.#fields = Object.entries(schema).map(([name, kind], i) => ({
      name,
      isNumber: kind === 'timestamp' || kind === 'integer' || scaleOf(kind) > 0 || kind === 'decimal(0)',
      mayMiss: Array.isArray(record.fields[i]!.type),
    }));
    const fields = this.#fields.length;
    this.view = {
      bytes: this.#texts,
      starts: new Int32Array(fields),
      ends: new Int32Array(fields),
      numbers: new Float64Array(fields),
      at: 0,
      line: 0,
    };
  }

  /** Shows the Avro bytes of an event, from `from` on, where they lie. Throws when they are not those of one event. */
  read(bytes: Uint8Array, from: number): this {
    const { view } = this;
    const { starts, ends, numbers } = view;
    const fields = this.#fields;
    cursor.at = from;
    for (let i = 0; i < fields.length; i++) {
      const { isNumber, mayMiss } = fields[i]!;
      const isThere = !mayMiss || bytes[cursor.at++] === 2;
      if (isNumber) numbers[i] = isThere ? readLong(bytes) : NaN;
      else {
        const length = isThere ? readLong(bytes) : 0;
        if (!(length >= 0)) throw new RangeError('it has a text of less than nothing');
        starts[i] = cursor.at;
        ends[i] = cursor.at += length;
      }
    }
    this.fileAt = cursor.at;
    cursor.at += fileIdBytes;
    view.line = readLong(bytes);
    if (cursor.at !== bytes.length) throw new RangeError('it has other bytes than those of its fields');
    view.bytes = bytes;
    return this;
  }

  /** Shows an event that came as an object. */
  of(event: ReceivedEvent): this {
    const { view } = this;
    let at = 0;
    this.#fields.forEach(({ name, isNumber }, i) => {
      const value = event[name];
      view.starts[i] = at;
      if (isNumber) view.numbers[i] = typeof value === 'number' ? value : NaN;
      else if (value instanceof Uint8Array) at = this.#put(value, at);
      view.ends[i] = at;
    });
    this.fileAt = at;
    this.#put(event.file_id, at);
    view.bytes = this.#texts;
    view.line = event.line;
    return this;
  }

  #put(bytes: Uint8Array, at: number): number {
    const end = at + bytes.length;
    if (end > this.#texts.length) {
      const larger = new Uint8Array(Math.max(end, this.#texts.length * 2));
      larger.set(this.#texts);
      this.#texts = larger;
    }
    this.#texts.set(bytes, at);
    return end;
  }
}

const cursor = { at: 0 };

/** A whole number, zigzag, seven bits a byte, the lowest first. Throws for one that a double does not hold exactly. */
function readLong(bytes: Uint8Array): number {
  const first = bytes[cursor.at++]!;
  let value = (first & 0x7f) >>> 1;
  if (first >= 0x80) {
    let scale = 0x40;
    for (;;) {
      const byte = bytes[cursor.at++]!;
      value += (byte & 0x7f) * scale;
      if (!(byte >= 0x80)) break;
      scale *= 0x80;
    }
    if (!(value <= Number.MAX_SAFE_INTEGER)) throw new RangeError('it has a number beyond what a double holds');
  }
  return (first & 1) === 0 ? value : -value - 1;
}

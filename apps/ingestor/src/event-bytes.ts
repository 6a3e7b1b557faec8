import type { EventView } from '@neartime/engines';
import { type EventSchema, eventRecordOf } from '@neartime/schemas';
import { prefixBytes, writeLong } from '@neartime/streams';

interface Field {
  readonly isText: boolean;
  /** One that may be missing is a union with null before it: which of the two it is stands before the value. */
  readonly mayMiss: boolean;
}

/** The most that a number takes: ten bytes, one before it, and what stands before and behind the fields. */
const mostANumber = 11;

/**
 * Lays the events of one file out as records of the log: Confluent's wire format around Avro. The bytes are those that a
 * RecordEncoder gives for the same fields, but no object and no text is made for them.
 */
export class EventBytes {
  /** The record that was laid out last, from the beginning on; used again for the next one. */
  bytes = new Uint8Array(4096);
  readonly #fields: readonly Field[];
  readonly #fileId: Uint8Array;
  #room: number;

  /** `fileId`: its 16 bytes; `schemaId`: the number of the event's schema. */
  constructor(schema: EventSchema, fileId: Uint8Array, schemaId: number) {
    this.#fileId = fileId;
    this.#fields = eventRecordOf(schema)
      .fields.slice(0, Object.keys(schema).length)
      .map(({ type }) => {
        const mayMiss = Array.isArray(type);
        return { mayMiss, isText: (mayMiss ? (type as unknown[])[1] : type) === 'string' };
      });
    this.#room = prefixBytes + this.#fields.length * mostANumber + fileId.length + mostANumber;
    new DataView(this.bytes.buffer).setInt32(1, schemaId);
  }

  /** Lays an event out; gives where it ends. */
  lay({ bytes: from, starts, ends, numbers, at: first, line }: EventView): number {
    const fields = this.#fields;
    let texts = 0;
    for (let i = 0; i < fields.length; i++) texts += ends[first + i]! - starts[first + i]!;
    if (texts + this.#room > this.bytes.length) this.#grow(texts + this.#room);
    const { bytes } = this;
    let at = prefixBytes;
    for (let i = 0; i < fields.length; i++) {
      const { isText, mayMiss } = fields[i]!;
      if (isText) {
        const [start, end] = [starts[first + i]!, ends[first + i]!];
        if (mayMiss) bytes[at++] = start < end ? 2 : 0;
        if (start >= end && mayMiss) continue;
        at = writeLong(bytes, at, end - start);
        for (let j = start; j < end; j++) bytes[at++] = from[j]!;
      } else {
        const number = numbers[first + i]!;
        const isThere = number === number;
        if (mayMiss) bytes[at++] = isThere ? 2 : 0;
        if (isThere) at = writeLong(bytes, at, number);
      }
    }
    for (let i = 0; i < this.#fileId.length; i++) bytes[at++] = this.#fileId[i]!;
    return writeLong(bytes, at, line);
  }

  #grow(needed: number): void {
    const larger = new Uint8Array(needed * 2);
    larger.set(this.bytes.subarray(0, prefixBytes));
    this.bytes = larger;
  }
}

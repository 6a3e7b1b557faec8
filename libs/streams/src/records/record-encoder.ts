import type { AvroRecord } from '@neartime/schemas';
import type { Type } from 'avsc';
import { type Reading, avroType } from './avro-type.ts';
import type { SchemaRegistry } from './schema-registry.ts';

/** Confluent's wire format: a zero, the schema's number in four bytes, the Avro bytes. */
export const prefixBytes = 5;

const blockBytes = 256 * 1024;

/** Encodes values of one schema. What it gives stands for good: it lies in blocks that are never used again. */
export class RecordEncoder<Value> {
  readonly #type: Type;
  /** The schema's number. */
  readonly id: number;
  #block = Buffer.alloc(0);
  #at = 0;

  constructor(record: AvroRecord, id: number, reading?: Reading) {
    this.#type = avroType(record, reading);
    this.id = id;
  }

  static async of<Value>(
    registry: SchemaRegistry,
    record: AvroRecord,
    reading?: Reading,
  ): Promise<RecordEncoder<Value>> {
    return new RecordEncoder<Value>(record, await registry.register(record), reading);
  }

  encode(value: Value): Uint8Array {
    let end = this.#tryEncode(value);
    while (end < 0) {
      // Less than nothing is what is missing.
      const needed = this.#block.length - this.#at - end;
      this.#block = Buffer.allocUnsafeSlow(Math.max(blockBytes, needed));
      this.#at = 0;
      end = this.#tryEncode(value);
    }
    const encoded = this.#block.subarray(this.#at, end);
    this.#at = end;
    return encoded;
  }

  #tryEncode(value: Value): number {
    const from = this.#at + prefixBytes;
    if (from > this.#block.length) return this.#block.length - from;
    this.#block[this.#at] = 0;
    this.#block.writeInt32BE(this.id, this.#at + 1);
    return this.#type.encode(value, this.#block, from);
  }
}

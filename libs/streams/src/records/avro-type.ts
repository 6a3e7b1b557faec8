import type { AvroRecord } from '@neartime/schemas';
import avro, { type Schema, type Type } from 'avsc';
import { boundedArray } from './bounded-array.ts';

/** How values of a schema look in memory; the bytes are the same. */
export interface Reading {
  /** `bytes`: as their UTF-8 bytes, which need not become text to be sent, compared or folded. */
  readonly strings?: 'text' | 'bytes';
  /** `exact`: those that a double does not hold exactly are bigints; else such a one cannot be read. */
  readonly longs?: 'number' | 'exact';
}

/** The avsc type of a record under a way of reading. */
export function avroType(record: AvroRecord, { strings = 'text', longs = 'number' }: Reading = {}): Type {
  const schema = strings === 'bytes' ? withBytes(record) : record;
  const registry = longs === 'exact' ? { long: exactLong } : {};
  return avro.Type.forSchema(schema as Schema, { registry, typeHook: boundedArray });
}

/** Avro writes a string and bytes alike, and reads the one where the other is meant. */
function withBytes(type: unknown): unknown {
  if (type === 'string') return 'bytes';
  if (Array.isArray(type)) return type.map(withBytes);
  if (typeof type !== 'object' || type === null) return type;
  const { fields, items, type: of } = type as { fields?: { type: unknown }[]; items?: unknown; type?: unknown };
  if (fields) return { ...type, fields: fields.map((field) => ({ ...field, type: withBytes(field.type) })) };
  if (items !== undefined) return { ...type, items: withBytes(items) };
  return typeof of === 'string' ? type : { ...type, type: withBytes(of) };
}

const most = BigInt(Number.MAX_SAFE_INTEGER);

/** Reads a long as a number where that is exact, else as a bigint; writes both. */
const exactLong = avro.types.LongType.__with({
  fromBuffer(buffer: Buffer) {
    const long = buffer.readBigInt64LE();
    return long <= most && long >= -most ? Number(long) : long;
  },
  toBuffer(value: number | bigint) {
    const buffer = Buffer.alloc(8);
    buffer.writeBigInt64LE(BigInt(value));
    return buffer;
  },
  fromJSON: (value: number | bigint) => value,
  toJSON: (value: number | bigint) => Number(value),
  isValid: (value: unknown) => typeof value === 'bigint' || Number.isInteger(value),
  compare: (a: number | bigint, b: number | bigint) => (a === b ? 0 : a < b ? -1 : 1),
} as never);

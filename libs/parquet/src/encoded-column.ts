import type { Encoding } from 'hyparquet';
import type { ByteWriter } from 'hyparquet-writer/src/bytewriter.js';
import { encodeDoubles, encodeInt64s } from './encoded-numbers.ts';
import { encodeText } from './encoded-text.ts';
import type { Column } from './part-encoder.ts';

/** A page before it is compressed. */
export interface Page {
  readonly bytes: Uint8Array;
  readonly values: number;
}

/** The values that a column has in one row group. */
export interface EncodedColumn {
  readonly encoding: Encoding;
  readonly dictionary?: Page;
  /** The bytes of a page last until the next one is asked for. */
  readonly pages: Iterable<Page>;
  readonly min: Uint8Array | number | bigint;
  readonly max: Uint8Array | number | bigint;
}

/** Encodes rows [from, to), at least one, as their values suggest; `scratch` holds a page at a time. */
export function encodeColumn(column: Column, from: number, to: number, scratch: ByteWriter): EncodedColumn {
  if (column.type === 'STRING') return encodeText(column, from, to, scratch);
  return column.type === 'INT64' ? encodeInt64s(column, from, to, scratch) : encodeDoubles(column, from, to, scratch);
}

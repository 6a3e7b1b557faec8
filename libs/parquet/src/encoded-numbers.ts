import type { ByteWriter } from 'hyparquet-writer/src/bytewriter.js';
import { deltaBinaryPack } from 'hyparquet-writer/src/delta.js';
import { writePlain } from 'hyparquet-writer/src/plain.js';
import { exactInt64, plainDouble } from './column-values.ts';
import type { EncodedColumn } from './encoded-column.ts';
import type { DoubleColumn, Int64Column } from './part-encoder.ts';
import { scratchPage } from './scratch-page.ts';

/** Values of 32 bits (as epoch seconds are until 2038) are packed as differences; larger ones stand as they are. */
export function encodeInt64s(
  { name, values }: Int64Column,
  from: number,
  to: number,
  scratch: ByteWriter,
): EncodedColumn {
  const small = int32s(values, from, to);
  if (small) {
    const page = scratchPage(scratch, small.length, (page) => deltaBinaryPack(page, small, 'INT64'));
    return { encoding: 'DELTA_BINARY_PACKED', pages: [page], ...range(small) };
  }
  const exact = new BigInt64Array(to - from);
  for (let i = 0; i < exact.length; i++) exact[i] = exactInt64(values[from + i], name);
  const page = scratchPage(scratch, exact.length, (page) => writePlain(page, exact, 'INT64', undefined));
  return { encoding: 'PLAIN', pages: [page], ...range(exact) };
}

function int32s(values: Int64Column['values'], from: number, to: number): Int32Array | undefined {
  const small = new Int32Array(to - from);
  for (let i = 0; i < small.length; i++) {
    const value = Number(values[from + i]);
    small[i] = value;
    if (small[i] !== value) return undefined;
  }
  return small;
}

export function encodeDoubles(
  { name, values }: DoubleColumn,
  from: number,
  to: number,
  scratch: ByteWriter,
): EncodedColumn {
  const plain = new Float64Array(to - from);
  for (let i = 0; i < plain.length; i++) plain[i] = plainDouble(values[from + i], name);
  const page = scratchPage(scratch, plain.length, (page) => writePlain(page, plain, 'DOUBLE', undefined));
  return { encoding: 'PLAIN', pages: [page], ...range(plain) };
}

function range(values: Int32Array | Float64Array | BigInt64Array): { min: number | bigint; max: number | bigint } {
  let min = values[0];
  let max = min;
  for (let i = 1; i < values.length; i++) {
    const value = values[i];
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min, max };
}

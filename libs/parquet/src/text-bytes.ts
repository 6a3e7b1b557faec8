import type { StringColumn } from './part-encoder.ts';

/** Text as UTF-8: value i is bytes[offsets[i], offsets[i + 1]). */
export interface TextBytes {
  readonly bytes: Uint8Array;
  readonly offsets: Int32Array;
}

/** The values of rows [from, to) as UTF-8; those that come as bytes are not copied. */
export function textBytes(column: StringColumn, from: number, to: number): TextBytes {
  if ('bytes' in column) return { bytes: column.bytes, offsets: column.offsets.subarray(from, to + 1) };
  if ('values' in column) return encoded(column.values.slice(from, to));
  return encoded(Array.from(column.indexes.subarray(from, to), (index) => column.dictionary[index]));
}

/** Converting all values at once costs far less than one by one; if that added no byte, their lengths are known too. */
function encoded(values: readonly string[]): TextBytes {
  const text = values.join('');
  const bytes = Buffer.from(text);
  const lengthOf =
    bytes.length === text.length ? (value: string) => value.length : (value: string) => Buffer.byteLength(value);
  const offsets = new Int32Array(values.length + 1);
  for (let i = 0; i < values.length; i++) offsets[i + 1] = offsets[i] + lengthOf(values[i]);
  return { bytes, offsets };
}

/** The least and the greatest value, in the order of unsigned bytes. */
export function textRange(text: TextBytes): { min: Uint8Array; max: Uint8Array } {
  const { bytes, offsets } = text;
  let min = 0;
  let max = 0;
  for (let i = 1; i < offsets.length - 1; i++) {
    if (compare(text, i, max) > 0) max = i;
    else if (compare(text, i, min) < 0) min = i;
  }
  const value = (i: number) => bytes.subarray(offsets[i], offsets[i + 1]);
  return { min: value(min), max: value(max) };
}

function compare({ bytes, offsets }: TextBytes, a: number, b: number): number {
  const endA = offsets[a + 1];
  const endB = offsets[b + 1];
  let i = offsets[a];
  let j = offsets[b];
  while (i < endA && j < endB && bytes[i] === bytes[j]) {
    i++;
    j++;
  }
  if (i === endA || j === endB) return endA - i - (endB - j);
  return bytes[i] - bytes[j];
}

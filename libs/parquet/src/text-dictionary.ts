import type { StringColumn } from './part-encoder.ts';

/** A column of more distinct values is better off without a dictionary, and is found out after this many. */
const mostEntries = 1024;

/** The distinct values of some rows as UTF-8, in the order of their first rows, and the place of each row's value. */
export interface TextDictionary {
  readonly entries: readonly Uint8Array[];
  readonly codes: Int32Array;
}

/** The dictionary of rows [from, to); none when over 1,024 or over half of their values are distinct. */
export function textDictionary(column: StringColumn, from: number, to: number): TextDictionary | undefined {
  const limit = Math.min(mostEntries, (to - from) >> 1);
  if ('indexes' in column) return ofIndexes(column.dictionary, column.indexes.subarray(from, to), limit);
  if ('values' in column) {
    const { values } = column;
    return ofKeys((row) => values[row], 'utf8', from, to, limit);
  }
  const { offsets } = column;
  const bytes = Buffer.from(column.bytes.buffer, column.bytes.byteOffset, column.bytes.length);
  return ofKeys((row) => bytes.toString('latin1', offsets[row], offsets[row + 1]), 'latin1', from, to, limit);
}

type Key = 'utf8' | 'latin1';

function ofKeys(
  keyOf: (row: number) => string,
  key: Key,
  from: number,
  to: number,
  limit: number,
): TextDictionary | undefined {
  const codeOf = new Map<string, number>();
  const codes = new Int32Array(to - from);
  for (let row = from; row < to; row++) {
    const value = keyOf(row);
    const code = codeOf.get(value) ?? codeOf.size;
    if (code === limit) return undefined;
    if (code === codeOf.size) codeOf.set(value, code);
    codes[row - from] = code;
  }
  return { entries: Array.from(codeOf.keys(), (value) => Buffer.from(value, key)), codes };
}

function ofIndexes(dictionary: readonly string[], indexes: Int32Array, limit: number): TextDictionary | undefined {
  const codeOf = new Map<string, number>();
  const codeAt = new Int32Array(dictionary.length).fill(-1);
  const codes = new Int32Array(indexes.length);
  for (let row = 0; row < indexes.length; row++) {
    const index = indexes[row];
    let code = codeAt[index];
    if (code < 0) {
      code = codeOf.get(dictionary[index]) ?? codeOf.size;
      if (code === limit) return undefined;
      codeOf.set(dictionary[index], code);
      codeAt[index] = code;
    }
    codes[row] = code;
  }
  return { entries: Array.from(codeOf.keys(), (value) => Buffer.from(value)), codes };
}

import fc from 'fast-check';
import type { Column, Int64Column, StringColumn } from '../src/part-encoder.ts';

export interface SampleRow {
  readonly id: string;
  readonly brand: string;
  readonly count: bigint;
  readonly mean: number;
}

const safe = BigInt(Number.MAX_SAFE_INTEGER);

/** Up to 60 rows of text that is hard on encoders, few brands, counts and means up to the edges of their types. */
export function awkwardRows({ exactInt64 }: { readonly exactInt64: boolean }): fc.Arbitrary<SampleRow[]> {
  const anyCount = exactInt64
    ? fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    : fc.bigInt({ min: -safe, max: safe });
  const small = fc.integer({ min: 0, max: 1000 }).map(BigInt);
  const rowsWith = (id: fc.Arbitrary<string>, count: fc.Arbitrary<bigint>) =>
    fc.array(fc.record({ id, brand: fc.constantFrom('olx', 'letgo', 'żółw', '😀'), count, mean }), {
      maxLength: 60,
      size: 'max',
    });
  return fc.oneof(rowsWith(text, anyCount), rowsWith(fc.uuid(), small), rowsWith(fc.constantFrom('a', 'b'), small));
}

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.string({ maxLength: 3 }),
  fc.constantFrom('\0', 'a\0', 'a\0b', '"', "'", '\\', '\n', 'ÿ', '\ud7ff', '\ue000', '\uffff', '😀', '\u{10ffff}'),
  fc.constantFrom(
    'a'.repeat(1024),
    'ż'.repeat(512),
    '😀'.repeat(256),
    '\u{10ffff}'.repeat(256),
    `${'a'.repeat(1023)}b`,
  ),
);

const mean = fc.oneof(
  fc.double({ noNaN: true }).map((value) => value + 0),
  fc.constantFrom(0, Number.MIN_VALUE, -Number.MIN_VALUE, Number.MAX_VALUE, Infinity, -Infinity, 0.1),
);

export const forms = ['values', 'dictionary', 'bytes', 'typed arrays'] as const;
export type Form = (typeof forms)[number];

/** The forms in which these rows can come: an array of doubles holds no whole number beyond 2^53. */
export const formsOf = (rows: readonly SampleRow[]): Form[] =>
  forms.filter((form) => form !== 'typed arrays' || rows.every(({ count }) => count >= -safe && count <= safe));

/** The rows as columns, in one of the forms that columns may have. */
export function columnsOf(rows: readonly SampleRow[], form: Form): Column[] {
  const ids = rows.map(({ id }) => id);
  const brands = rows.map(({ brand }) => brand);
  const means = rows.map(({ mean }) => mean);
  return [
    stringColumn('id', ids, form),
    stringColumn('brand', brands, form),
    { name: 'count', type: 'INT64', values: countsOf(rows, form) },
    { name: 'mean', type: 'DOUBLE', values: form === 'typed arrays' ? Float64Array.from(means) : means },
  ];
}

function countsOf(rows: readonly SampleRow[], form: Form): Int64Column['values'] {
  const counts = rows.map(({ count }) => count);
  if (form === 'typed arrays') return Float64Array.from(counts, Number);
  return form === 'bytes' ? BigInt64Array.from(counts) : counts;
}

function stringColumn(name: string, values: readonly string[], form: Form): StringColumn {
  if (form === 'dictionary') {
    // Backwards, with an entry that no row uses and with each value at least twice.
    const dictionary = [...values.toReversed(), 'unused', ...values];
    const place = (value: string, row: number) => (row % 2 ? dictionary.lastIndexOf(value) : dictionary.indexOf(value));
    return { name, type: 'STRING', dictionary, indexes: Int32Array.from(values, place) };
  }
  if (form === 'bytes') {
    // Part of a larger array, as in an arena.
    const ends: number[] = ['before'.length];
    for (const value of values) ends.push(ends[ends.length - 1] + Buffer.byteLength(value));
    const bytes = Buffer.from(`before${values.join('')}after`);
    return { name, type: 'STRING', bytes, offsets: Int32Array.from(ends) };
  }
  return { name, type: 'STRING', values };
}

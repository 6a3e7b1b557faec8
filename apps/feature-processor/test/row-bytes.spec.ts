import { type PartRows, featureRowRecord } from '@neartime/schemas';
import { RecordEncoder } from '@neartime/streams';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RowBytes } from '../src/row-bytes.ts';

const place = { window: 1_533_117_600, partition: 3, revision: 2, lines: 12_345 };
const pairs = [
  { country: 'pl', brand: 'olx' },
  { country: 'são tomé', brand: 'b'.repeat(200) },
];
const rowOf = (value: fc.Arbitrary<number | bigint>) =>
  fc.record({ id: fc.uint8Array({ minLength: 1, maxLength: 900 }), pair: fc.nat(1), value });

function partOf(rows: readonly { id: Uint8Array; pair: number }[], values: PartRows['values']): PartRows {
  const offsets = new Int32Array(rows.length + 1);
  rows.forEach(({ id }, i) => (offsets[i + 1] = offsets[i]! + id.length));
  const ids = new Uint8Array(offsets.at(-1)!);
  rows.forEach(({ id }, i) => ids.set(id, offsets[i]));
  return { rows: rows.length, ids, offsets, pairs, pair: Int32Array.from(rows, ({ pair }) => pair), values };
}

function areEqual(
  rows: readonly { id: Uint8Array; pair: number }[],
  values: PartRows['values'],
  type: 'INT64' | 'DOUBLE',
) {
  const record = featureRowRecord('posts', 'posts_count', type);
  const encoder = new RecordEncoder<object>(record, 9, { strings: 'bytes', longs: 'exact' });
  const bytes = new RowBytes(partOf(rows, values), place, { schemaId: 9, type });
  rows.forEach(({ id, pair }, i) => {
    const { country, brand } = pairs[pair]!;
    const texts = { id: Buffer.from(id), country: Buffer.from(country), brand: Buffer.from(brand) };
    const expected = encoder.encode({ ...place, ...texts, posts_count: values[i]! });
    const end = bytes.lay(i);
    expect(Buffer.from(bytes.bytes.subarray(0, end)).equals(expected)).toBe(true);
  });
}

const someOf = (value: fc.Arbitrary<number | bigint>) => fc.array(rowOf(value), { maxLength: 20 });

it('are the bytes that the encoder makes of the same rows: whole numbers', () => {
  fc.assert(
    fc.property(someOf(fc.maxSafeInteger()), (rows) =>
      areEqual(
        rows,
        Float64Array.from(rows, ({ value }) => Number(value)),
        'INT64',
      ),
    ),
  );
});

it('are the bytes that the encoder makes of the same rows: numbers beyond what a double holds', () => {
  fc.assert(
    fc.property(someOf(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n)), (rows) =>
      areEqual(
        rows,
        BigInt64Array.from(rows, ({ value }) => BigInt(value)),
        'INT64',
      ),
    ),
  );
});

it('are the bytes that the encoder makes of the same rows: doubles', () => {
  fc.assert(
    fc.property(someOf(fc.double({ noNaN: true })), (rows) =>
      areEqual(
        rows,
        Float64Array.from(rows, ({ value }) => Number(value)),
        'DOUBLE',
      ),
    ),
  );
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CollectedRows } from '../src/collected-rows.ts';

interface AnyRow {
  readonly id: string;
  readonly country: string;
  readonly brand: string;
  readonly total: number | bigint | null;
}

/** Few texts, so that keys meet; some are the beginning of others, some not ASCII. */
const anyText = fc.constantFrom('a', 'ab', 'b', 'ż', '😀', '￿', 'a\0');
const anyRow: fc.Arbitrary<AnyRow> = fc.record({
  ...{ id: anyText, country: anyText, brand: anyText },
  total: fc.oneof(fc.integer(), fc.constant(null), fc.constant(2n ** 60n + 1n)),
});

function collect(rows: readonly AnyRow[]): CollectedRows {
  const collected = new CollectedRows('total');
  for (const { id, country, brand, total } of rows) {
    const [idBytes, countryBytes, brandBytes] = [id, country, brand].map((text) => Buffer.from(text));
    const place = { window: 600, partition: 0, revision: 0, lines: 1 };
    collected.add({ ...place, id: idBytes!, country: countryBytes!, brand: brandBytes!, total });
    // Whoever brought it uses its memory again.
    for (const bytes of [idBytes, countryBytes, brandBytes]) bytes!.fill(0);
  }
  return collected;
}

const keyOf = ({ id, country, brand }: Omit<AnyRow, 'total'>) => JSON.stringify([id, country, brand]);

/** What the rows come to, worked out plainly: the last of each key, by the bytes of id, country and brand. */
function plainly(rows: readonly AnyRow[]) {
  const last = [...new Map(rows.map((row) => [keyOf(row), row])).values()];
  const bytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
  last.sort((a, b) => bytes(a.id, b.id) || bytes(a.country, b.country) || bytes(a.brand, b.brand));
  return { there: last.filter(({ total }) => total !== null), keys: last.length };
}

describe('collected rows', () => {
  it('are the last of each key, sorted by bytes; keys whose last has no value are left out', () => {
    fc.assert(
      fc.property(fc.array(anyRow, { maxLength: 60 }), (rows) => {
        const { there, keys } = plainly(rows);
        const collected = collect(rows);
        expect(collected.size).toBe(keys);
        const { rows: count, ids, offsets, pairs, pair, values } = collected.sorted();
        const sorted = Array.from({ length: count }, (_, i) => ({
          id: Buffer.from(ids.subarray(offsets[i], offsets[i + 1])).toString(),
          ...pairs[pair[i]!]!,
          total: values[i],
        }));
        const isExact = there.some(({ total }) => typeof total === 'bigint');
        expect(sorted).toEqual(there.map((row) => ({ ...row, total: isExact ? BigInt(row.total!) : row.total })));
        expect(values).toBeInstanceOf(isExact ? BigInt64Array : Float64Array);
      }),
    );
  });
});

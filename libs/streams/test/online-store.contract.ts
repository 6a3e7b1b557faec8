import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OnlineRow, OnlineStore, OnlineWrite, Revision } from '../src/index.ts';
import type { Open } from './opened.ts';
import { browses, row, write } from './online-rows.ts';

export const [nine, ten, eleven] = [0, 600, 1200].map((after) => 1_533_081_600 + after);
export const final = { final: 0 };

/** A row of a window as `get` gives it. */
export const stands = (id: string, value: number, window: number, revision: Revision = final): OnlineRow => ({
  ...row(id, value),
  ...{
    window,
    final: 'final' in revision,
    revision: 'final' in revision ? revision.final : 0,
    writtenAt: window + 700,
  },
});

/** The promises of OnlineStore. `runs`: how many runs of writes are tried. */
export function onlineStoreContract(name: string, open: Open<OnlineStore>, { runs = 40 } = {}): void {
  describe(`${name} as an online store`, () => {
    it('ends with the row of the newest window and its highest revision, in whatever order and grouping writes come', async () => {
      await fc.assert(
        fc.asyncProperty(anyWrites, async (batches) => {
          await using opened = await open();
          for (const batch of batches)
            await opened.port.write(batch.map(({ window, revision, rows }) => write(window, revision, rows)));
          const writes = batches.flat().sort((a, b) => a.window - b.window || rank(a.revision) - rank(b.revision));
          for (const id of ids) {
            const newest = writes.findLast(({ rows }) => rows.some((one) => one.id === id));
            const value = newest?.rows.find((one) => one.id === id)?.value;
            expect(await opened.port.get(browses, id)).toEqual(
              newest ? [stands(id, Number(value), newest.window, newest.revision)] : [],
            );
          }
        }),
        { numRuns: runs },
      );
    });

    it('keeps a final row when provisional ones of its window wake up late, and a revised one when the final does', async () => {
      await using opened = await open();
      await opened.port.write([write(ten, final, [row('a', 3)])]);
      await opened.port.write([write(ten, { provisional: 2_000_000_000 }, [row('a', 2)])]);
      expect(await opened.port.get(browses, 'a')).toEqual([stands('a', 3, ten)]);
      await opened.port.write([write(ten, { final: 1 }, [row('a', 4)])]);
      await opened.port.write([write(ten, final, [row('a', 3)])]);
      expect(await opened.port.get(browses, 'a')).toEqual([stands('a', 4, ten, { final: 1 })]);
    });

    it('gives the rows of an id alone, by country and brand', async () => {
      await using opened = await open();
      const rows = [row('a', 1, 'pl', 'olx'), row('a', 2, 'br', 'olx'), row('a', 3, 'br', 'autos'), row('ab', 4)];
      await opened.port.write([write(ten, final, rows)]);
      const found = await opened.port.get(browses, 'a');
      expect(found.map(({ country, brand, value }) => [country, brand, value])).toEqual([
        ['br', 'autos', 3],
        ['br', 'olx', 2],
        ['pl', 'olx', 1],
      ]);
    });

    it('knows no rows of a table that was never written', async () => {
      await using opened = await open();
      expect(await opened.port.get(browses, 'a')).toEqual([]);
    });

    it('tells ids apart by their characters, whatever they are', async () => {
      await using opened = await open();
      const strange = [
        ' ',
        "'",
        '"',
        "'; --",
        '%',
        '😀',
        '😁',
        'a',
        'a\0',
        'a\0b',
        'a\0c',
        '\ufeffa',
        'é',
        'e\u0301',
        '\ufffd',
      ];
      const rows = strange.map((id, i) => row(id, i, id, id));
      await opened.port.write([write(ten, final, rows)]);
      for (const [i, id] of strange.entries()) {
        expect(await opened.port.get(browses, id)).toEqual([{ ...stands(id, i, ten), country: id, brand: id }]);
      }
    });

    it('holds whole numbers of 64 bits exactly', async () => {
      await using opened = await open();
      const values = [0n, 1n, -1n, 2n ** 53n - 1n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)];
      await opened.port.write([
        write(
          ten,
          final,
          values.map((value) => row(`${value}`, value)),
        ),
      ]);
      for (const value of values) expect(BigInt((await opened.port.get(browses, `${value}`))[0].value)).toBe(value);
    });

    it('holds doubles', async () => {
      await using opened = await open();
      const table = { feature: 'average_price', column: 'price', type: 'DOUBLE' } as const;
      const values = [0.1, 3, -1e300, 5e-324, 2 ** 60, Infinity];
      await opened.port.write([
        write(
          ten,
          final,
          values.map((value) => row(`${value}`, value)),
          table,
        ),
      ]);
      for (const value of values) expect((await opened.port.get(table, `${value}`))[0].value).toBe(value);
    });

    it('writes each of many rows', async () => {
      await using opened = await open();
      const rows = Array.from({ length: 1234 }, (_, i) => row(`many ${i}`, i));
      await opened.port.write([write(ten, final, rows)]);
      for (const i of [0, 1, 99, 100, 617, 1233])
        expect(await opened.port.get(browses, `many ${i}`)).toEqual([stands(`many ${i}`, i, ten)]);
    });
  });
}

const ids = ['a', 'b', 'c'];
const rank = (revision: Revision): number => ('final' in revision ? 1000 + revision.final : revision.provisional);

type AnyWrite = Pick<OnlineWrite, 'window' | 'revision'> & { readonly rows: ReturnType<typeof row>[] };

/** Writes of different (window, revision), in any order, a few at a time. */
const anyWrites: fc.Arbitrary<AnyWrite[][]> = fc
  .uniqueArray(
    fc.record({
      window: fc.constantFrom(nine, ten, eleven),
      revision: fc.oneof(fc.record({ provisional: fc.nat(3) }), fc.record({ final: fc.nat(3) })),
      rows: fc.subarray(ids).chain((some) => fc.tuple(...some.map((id) => fc.nat(99).map((value) => row(id, value))))),
    }),
    { selector: ({ window, revision }) => `${window} ${rank(revision)}`, maxLength: 12 },
  )
  .chain((writes) =>
    fc.array(fc.boolean(), { minLength: writes.length, maxLength: writes.length }).map((cuts) => batches(writes, cuts)),
  );

function batches(writes: readonly AnyWrite[], cuts: readonly boolean[]): AnyWrite[][] {
  const result: AnyWrite[][] = [[]];
  for (const [i, one] of writes.entries()) {
    if (cuts[i]) result.push([]);
    result.at(-1)!.push(one);
  }
  return result;
}

import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OnlineRow, OnlineStore, OnlineWrite, Revision } from '../src/index.ts';
import type { Open } from './opened.ts';
import { browses, row, write } from './online-rows.ts';

const [nine, ten, eleven] = [0, 600, 1200].map((after) => 1_533_081_600 + after);
const final = { final: 0 };

/** A row of a window as `get` gives it. */
const stands = (id: string, value: number, window: number, revision: Revision = final): OnlineRow => ({
  ...row(id, value),
  ...{
    window,
    final: 'final' in revision,
    revision: 'final' in revision ? revision.final : 0,
    writtenAt: window + 700,
  },
});
const key = (id: string) => ({ id, country: 'pl', brand: 'olx' });

/** The promises of OnlineStore. */
export function onlineStoreContract(name: string, open: Open<OnlineStore>): void {
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
        { numRuns: 40 },
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

    it('shows what it was given when that is ready, and all that comes after it then', async () => {
      await using opened = await open();
      const ready = Promise.withResolvers<void>();
      let isReady = false;
      const written = opened.port.write([write(ten, final, [row('a', 1)])], ready.promise);
      const seen = opened.port.get(browses, 'a').then((rows) => ({ rows, isReady }));
      await setTimeout(5);
      isReady = true;
      ready.resolve();
      await written;
      const { rows, isReady: wasReady } = await seen;
      expect(rows).toEqual(wasReady ? [stands('a', 1, ten)] : []);
      expect(await opened.port.get(browses, 'a')).toEqual([stands('a', 1, ten)]);
    });

    it('writes nothing of what never becomes ready, and says why', async () => {
      await using opened = await open();
      await opened.port.write([write(ten, final, [row('a', 1)])]);
      const failing = opened.port.write(
        [write(eleven, final, [row('a', 2), row('b', 2)])],
        Promise.reject(new Error('no room')),
      );
      await expect(failing).rejects.toThrow('no room');
      expect(await opened.port.get(browses, 'a')).toEqual([stands('a', 1, ten)]);
      expect(await opened.port.get(browses, 'b')).toEqual([]);
      await opened.port.write([write(ten, { final: 1 }, [row('a', 3)])]);
      expect(await opened.port.get(browses, 'a')).toEqual([stands('a', 3, ten, { final: 1 })]);
    });

    it('writes one after the other what is written at the same time', async () => {
      await using opened = await open();
      const ready = Promise.withResolvers<void>();
      const first = opened.port.write([write(ten, final, [row('a', 1)])], ready.promise);
      const second = opened.port.write([write(eleven, final, [row('a', 2)])]);
      const third = opened.port.replace(browses, eleven, [key('a')], []);
      await setTimeout(5);
      ready.resolve();
      await Promise.all([first, second, third]);
      expect(await opened.port.get(browses, 'a')).toEqual([]);
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
      expect(await opened.port.provisionalKeys(browses, ten)).toEqual([]);
      expect(await opened.port.keysOf(browses, ten)).toEqual([]);
      expect(await opened.port.windows(browses)).toEqual([]);
    });

    it('tells ids apart by their characters, whatever they are', async () => {
      await using opened = await open();
      const strange = [
        '',
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

    it.each([0, 1, 2, 49, 50, 51, 99, 100, 101, 1234])('writes each of %i rows', async (count) => {
      await using opened = await open();
      const rows = Array.from({ length: count }, (_, i) => row(`id ${String(i).padStart(4, '0')}`, i));
      await opened.port.write([write(ten, final, rows)]);
      const keys = await opened.port.keysOf(browses, ten);
      expect(keys.map(({ id }) => id).sort()).toEqual(rows.map(({ id }) => id));
      const last = rows.at(-1);
      if (last) expect(await opened.port.get(browses, last.id)).toEqual([stands(last.id, Number(last.value), ten)]);
    });

    it('says which windows have rows, and of which keys they are', async () => {
      await using opened = await open();
      await opened.port.write([write(nine, final, [row('a', 1), row('b', 1)])]);
      await opened.port.write([
        write(ten, { provisional: 5 }, [row('b', 2), row('c', 2)]),
        write(ten, final, [row('d', 2)]),
      ]);
      expect(await opened.port.windows(browses)).toEqual([nine, ten]);
      expect(await opened.port.keysOf(browses, nine)).toEqual([key('a')]);
      expect(new Set(await opened.port.keysOf(browses, ten))).toEqual(new Set([key('b'), key('c'), key('d')]));
      expect(new Set(await opened.port.provisionalKeys(browses, ten))).toEqual(new Set([key('b'), key('c')]));
      expect(await opened.port.provisionalKeys(browses, nine)).toEqual([]);
    });

    it('puts the older row in the place of one that a window does not have any more, or nothing', async () => {
      await using opened = await open();
      await opened.port.write([write(ten, final, [row('a', 2), row('b', 2), row('c', 2)])]);
      await opened.port.replace(browses, ten, [key('a'), key('b')], [stands('a', 1, nine)]);
      expect(await opened.port.get(browses, 'a')).toEqual([stands('a', 1, nine)]);
      expect(await opened.port.get(browses, 'b')).toEqual([]);
      expect(await opened.port.get(browses, 'c')).toEqual([stands('c', 2, ten)]);
    });

    it('leaves a key alone that has its row of another window when one is replaced', async () => {
      await using opened = await open();
      await opened.port.write([write(eleven, final, [row('a', 3)]), write(nine, final, [row('b', 1)])]);
      await opened.port.replace(browses, ten, [key('a'), key('b')], []);
      expect(await opened.port.get(browses, 'a')).toEqual([stands('a', 3, eleven)]);
      expect(await opened.port.get(browses, 'b')).toEqual([stands('b', 1, nine)]);
    });

    it('puts nothing in place of a newer row, and does put what is newer than the row that stands', async () => {
      await using opened = await open();
      await opened.port.write([write(eleven, final, [row('a', 3)]), write(nine, final, [row('b', 1)])]);
      const older = [stands('a', 2, ten), stands('b', 2, ten)];
      await opened.port.replace(browses, eleven + 600, [key('a'), key('b')], older);
      expect(await opened.port.get(browses, 'a')).toEqual([stands('a', 3, eleven)]);
      expect(await opened.port.get(browses, 'b')).toEqual([stands('b', 2, ten)]);
    });

    it('takes the next revision of the window after one of its rows was replaced', async () => {
      await using opened = await open();
      await opened.port.write([write(ten, final, [row('a', 2)])]);
      await opened.port.replace(browses, ten, [key('a')], [stands('a', 1, nine)]);
      await opened.port.write([write(ten, { final: 1 }, [row('a', 5)])]);
      expect(await opened.port.get(browses, 'a')).toEqual([stands('a', 5, ten, { final: 1 })]);
    });

    it('flushes what was written, and nothing at all', async () => {
      await using opened = await open();
      await opened.port.flush();
      await opened.port.write([write(ten, final, [row('a', 2)])]);
      await opened.port.flush();
      expect(await opened.port.get(browses, 'a')).toEqual([stands('a', 2, ten)]);
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

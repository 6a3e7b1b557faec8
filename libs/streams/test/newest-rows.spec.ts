import fc from 'fast-check';
import { expect, it } from 'vitest';
import { NewestRows } from '../src/embedded/newest-rows.ts';
import { type OnlineWrite, writeTimeOf } from '../src/index.ts';
import { type Row, row, write } from './online-rows.ts';

const inByteOrder = (a: Row, b: Row): number =>
  Buffer.compare(Buffer.from(a.id), Buffer.from(b.id)) ||
  Buffer.compare(Buffer.from(a.country), Buffer.from(b.country)) ||
  Buffer.compare(Buffer.from(a.brand), Buffer.from(b.brand));
const keyOf = ({ id, country, brand }: Row) => JSON.stringify([id, country, brand]);

const texts = ['', 'a', 'a\0', 'abcdef', 'abcdefg', 'abcdef\0', 'abcdeg', 'é', '\ufffd', '😀', '😀😀', 'zz'];
const anyRow = fc
  .tuple(fc.constantFrom(...texts), fc.constantFrom('pl', '\uffee', '😀'), fc.constantFrom('', 'olx'), fc.nat(99))
  .map(([id, country, brand, value]) => row(id, value, country, brand));
const anyWrite = fc
  .tuple(
    fc.constantFrom(600, 1200, 1800),
    fc.constantFrom({ final: 0 }, { final: 1 }, { provisional: 5 }),
    fc.uniqueArray(anyRow, { selector: keyOf, maxLength: 20 }),
  )
  .map(([window, revision, rows]) => ({ window, revision, rows: rows.sort(inByteOrder) }));

it('gives of every key the row with the highest write time, the later of two, in byte order', () => {
  fc.assert(
    fc.property(fc.array(anyWrite, { maxLength: 6 }), (given) => {
      const writes = given.map(({ window, revision, rows }) => write(window, revision, rows));
      const rowsOf = new Map<OnlineWrite, readonly Row[]>(writes.map((one, i) => [one, given[i].rows]));
      const newest = new Map<string, { time: number; row: Row }>();
      for (const [{ window, revision }, rows] of rowsOf) {
        const time = writeTimeOf(window, revision);
        for (const one of rows)
          if ((newest.get(keyOf(one))?.time ?? -1) <= time) newest.set(keyOf(one), { time, row: one });
      }
      const merged = new NewestRows(writes);
      const found: Row[] = [];
      while (merged.next()) found.push(rowsOf.get(merged.write)![merged.row]);
      expect(found).toEqual([...newest.values()].map(({ row }) => row).sort(inByteOrder));
    }),
  );
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PackedKeys } from '../../src/index.ts';
import { rowOrder } from '../../src/row-order.ts';

interface Row {
  readonly id: Uint8Array;
  readonly tag: number;
}

/** Keys as a table keeps them, with more room behind them than they need. */
function packed(rows: readonly Row[]): PackedKeys {
  const length = rows.reduce((sum, { id }) => sum + id.length, 0);
  const arena = new Uint8Array(length + 8).fill(0xaa);
  const offsets = new Int32Array(rows.length + 3).fill(-7);
  const tags = new Int32Array(rows.length + 2).fill(99);
  offsets[0] = 0;
  rows.forEach(({ id, tag }, slot) => {
    arena.set(id, offsets[slot]);
    offsets[slot + 1] = offsets[slot] + id.length;
    tags[slot] = tag;
  });
  return { size: rows.length, arena, offsets, hashes: new Int32Array(rows.length), tags };
}

/** Rows are distinct, so that there is one order only. */
const distinct = (rows: readonly Row[]): Row[] => [
  ...new Map(rows.map((row) => [`${row.tag}:${Buffer.from(row.id).toString('hex')}`, row])).values(),
];

function expectSorted(given: readonly Row[], rankOfTag: Int32Array): void {
  const rows = distinct(given);
  const plain = rows
    .map((_, slot) => slot)
    .sort((a, b) => Buffer.compare(rows[a].id, rows[b].id) || rankOfTag[rows[a].tag] - rankOfTag[rows[b].tag]);
  expect([...rowOrder(packed(rows), rankOfTag)]).toEqual(plain);
}

const tags = 5;
const anyRank = fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: tags }).map((ranks) => Int32Array.from(ranks));
const rowsOf = (id: fc.Arbitrary<Uint8Array>, maxLength: number) =>
  fc.array(fc.record({ id, tag: fc.nat(tags - 1) }), { maxLength });
const prefixed = (id: fc.Arbitrary<Uint8Array>) =>
  fc.uint8Array({ maxLength: 12 }).chain((prefix) =>
    rowsOf(
      id.map((rest) => new Uint8Array(Buffer.concat([prefix, rest]))),
      60,
    ),
  );

describe('the order of rows is that of a plain sort', () => {
  it.each([
    ['ids of any bytes', rowsOf(fc.uint8Array({ maxLength: 20 }), 80)],
    ['few and short ids, with NULs and prefixes of each other', rowsOf(fc.uint8Array({ max: 1, maxLength: 7 }), 200)],
    [
      'ids of the least and the greatest byte',
      rowsOf(
        fc.array(fc.constantFrom(0, 0x7f, 0x80, 0xff), { maxLength: 6 }).map((id) => Uint8Array.from(id)),
        120,
      ),
    ],
    ['ids with a common prefix', prefixed(fc.uint8Array({ maxLength: 8 }))],
    ['ids with a common prefix, one of them that prefix', prefixed(fc.uint8Array({ max: 1, maxLength: 2 }))],
    [
      'long runs of ids that differ in their last bytes only',
      rowsOf(
        fc.nat(400).map((n) => new Uint8Array(Buffer.from(`x${n % 2}yyyy${n}`))),
        300,
      ),
    ],
    [
      'UTF-8, whose order is not that of UTF-16',
      rowsOf(
        fc.string({ unit: 'binary', maxLength: 3 }).map((text) => new Uint8Array(Buffer.from(text.toWellFormed()))),
        80,
      ),
    ],
  ])('for %s', (_, rows) => {
    fc.assert(fc.property(rows, anyRank, expectSorted), { numRuns: 120 });
  });

  it('for no rows, one row, an empty id alone and among others', () => {
    const rank = Int32Array.of(4, 3, 2, 1, 0);
    const row = (text: string, tag = 0): Row => ({ id: Buffer.from(text), tag });
    expectSorted([], rank);
    expectSorted([row('a')], rank);
    expectSorted([row('')], rank);
    expectSorted([row('', 0), row('', 1), row('', 2)], rank);
    expectSorted([row('\0\0'), row('\0'), row(''), row('\0\0\0\0\0'), row('\0\0\0\0')], rank);
    expectSorted([row('b'), row(''), row('ab'), row('a'), row('a\0')], rank);
  });

  it('for runs of equal beginnings of every length about sixteen, and thousands of pairs of one id', () => {
    for (const length of [2, 15, 16, 17, 18, 33, 5_000]) {
      const rank = Int32Array.from({ length }, (_, tag) => (tag * 7_919) % length);
      const ofOneId = Array.from({ length }, (_, tag) => ({ id: Buffer.from('same-id'), tag }));
      expectSorted(ofOneId, rank);
      const ofOneBeginning = Array.from({ length }, (_, n) => ({
        id: Buffer.from(`ABCD-${(n * 7_919) % length}`),
        tag: 0,
      }));
      expectSorted([...ofOneBeginning, { id: Buffer.from('zzzz'), tag: 0 }, ...ofOneId], rank);
    }
  });

  it('for more rows than leave room for four whole bytes', () => {
    const size = 2 ** 21 + 5;
    const arena = new Uint8Array(size * 4);
    const offsets = new Int32Array(size + 1);
    for (let slot = 0; slot < size; slot++) {
      // A bijection of the slots to 32-bit words whose lowest bits count too.
      const word = Math.imul(slot ^ 0x155555, 0x9e3779b1) >>> 0;
      arena.set([word >>> 24, (word >>> 16) & 0xff, (word >>> 8) & 0xff, word & 0xff], slot * 4);
      offsets[slot + 1] = (slot + 1) * 4;
    }
    const none = new Int32Array(size);
    const order = rowOrder({ size, arena, offsets, hashes: none, tags: none }, Int32Array.of(0));
    const words = new DataView(arena.buffer);
    let ascending = 0;
    for (let i = 1; i < size; i++) if (words.getUint32(order[i - 1] * 4) < words.getUint32(order[i] * 4)) ascending++;
    // Strictly ascending and as many as there are: each slot once.
    expect(ascending).toBe(size - 1);
    expect(order.length).toBe(size);
  });
});

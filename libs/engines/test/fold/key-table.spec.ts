import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyTable } from '../../src/key-table.ts';
import { murmur2 } from '../../src/index.ts';

interface Key {
  readonly bytes: Uint8Array;
  readonly tag: number;
}

const nameOf = ({ bytes, tag }: Key): string => `${tag}:${Buffer.from(bytes).toString('hex')}`;
type HashOf = (bytes: Uint8Array) => number;
const trueHash: HashOf = (bytes) => murmur2(bytes, 0, bytes.length);

/** Puts all keys into a table and a Map, each from the middle of a buffer that is used again, and compares them. */
function expectAsMap(keys: readonly Key[], hashOf: HashOf, table = new KeyTable()): void {
  const map = new Map<string, number>();
  const longest = keys.reduce((length, { bytes }) => Math.max(length, bytes.length), 0);
  const buffer = new Uint8Array(longest + 6);
  const placed = ({ bytes }: Key, at: number): [Uint8Array, number, number, number] => {
    buffer.fill(0xee);
    buffer.set(bytes, at);
    return [buffer, at, at + bytes.length, hashOf(bytes)];
  };
  keys.forEach((key, index) => {
    const name = nameOf(key);
    expect(table.find(...placed(key, index % 7), key.tag)).toBe(map.get(name) ?? -1);
    const slot = map.get(name) ?? map.size;
    map.set(name, slot);
    expect(table.upsert(...placed(key, index % 7), key.tag)).toBe(slot);
    expect(table.size).toBe(map.size);
  });
  for (const key of keys) {
    const slot = map.get(nameOf(key))!;
    expect(table.find(...placed(key, 0), key.tag)).toBe(slot);
    expect(nameOf({ bytes: table.key(slot), tag: table.tags[slot] })).toBe(nameOf(key));
    expect(table.hashes[slot]).toBe(hashOf(key.bytes));
  }
  expect(table.offsets[0]).toBe(0);
}

const anyTag = fc.oneof(
  { weight: 4, arbitrary: fc.nat(3) },
  { weight: 1, arbitrary: fc.constantFrom(0, 9_999, 2 ** 31 - 1) },
);
const anyBytes = fc.oneof(
  fc.uint8Array({ max: 2, maxLength: 3 }),
  fc.uint8Array({ maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => new Uint8Array(Buffer.from(text))),
  fc.integer({ min: 500, max: 1_024 }).map((length) => new Uint8Array(length)),
);
const anyKeys = fc.array(fc.record({ bytes: anyBytes, tag: anyTag }), { maxLength: 120 });

describe('a key table numbers distinct keys like a Map', () => {
  it('for keys of any bytes and tags', () => {
    fc.assert(
      fc.property(anyKeys, (keys) => expectAsMap(keys, trueHash)),
      { numRuns: 150 },
    );
  });

  it('when hashes collide: all of them, or in their low or high bits', () => {
    const hashes: readonly HashOf[] = [
      () => 0,
      () => -1,
      (bytes) => bytes.length,
      (bytes) => trueHash(bytes) & ~0xffff,
      (bytes) => trueHash(bytes) | 0xffff,
    ];
    fc.assert(
      fc.property(anyKeys, fc.constantFrom(...hashes), (keys, hashOf) => expectAsMap(keys, hashOf)),
      { numRuns: 150 },
    );
  });

  it('through every growth of its index and of its arena', () => {
    for (const [count, length] of [
      [16, 0],
      [17, 0],
      [5_000, 0],
      [2_000, 100],
      [40, 5_000],
    ]) {
      const keys = Array.from({ length: count }, (_, n) => ({
        bytes: Buffer.from(String(n % 1_999).padStart(length, 'k')),
        tag: n % 3,
      }));
      expectAsMap(keys, trueHash);
      expectAsMap(keys.toReversed(), trueHash, new KeyTable(1_024));
    }
  });

  it('with the empty key, with one longer than the whole arena, and with keys that are parts of each other', () => {
    const long = new Uint8Array(100_000).fill(7);
    const keys = [0, 1, 2, 511, 512, 513, 99_999, 100_000, 0].map((length) => ({
      bytes: long.subarray(0, length),
      tag: 0,
    }));
    expectAsMap([...keys, { bytes: new Uint8Array(), tag: 1 }], trueHash);
    expectAsMap(keys, () => 5);
  });
});

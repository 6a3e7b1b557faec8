import fc from 'fast-check';
import { oracleMurmur2 } from '@neartime/testing';
import { describe, expect, it } from 'vitest';
import { murmur2, partitionOf } from '../../src/index.ts';

const hashOf = (key: string): number => {
  const bytes = Buffer.from(key);
  return murmur2(bytes, 0, bytes.length);
};

describe('the hash of a key', () => {
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])("is what Kafka's own tests say: %s → %d", (key, hash) => expect(hashOf(key)).toBe(hash));

  it('is the same wherever in a buffer the key lies, at any length and of any bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 70 }),
        fc.uint8Array({ maxLength: 9 }),
        fc.uint8Array({ maxLength: 9 }),
        (key, before, after) => {
          const hash = oracleMurmur2(key);
          expect(murmur2(Buffer.concat([before, key, after]), before.length, before.length + key.length)).toBe(hash);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('names the partition, also when it is negative', () => {
    expect(partitionOf(hashOf('foobar'), 4)).toBe(2);
    for (const hash of [0, 1, -1, 2 ** 31 - 1, -(2 ** 31), -973932308]) {
      for (const partitions of [1, 2, 3, 4, 7, 1_000]) {
        const unsigned = BigInt.asUintN(32, BigInt(hash)) % 2n ** 31n;
        expect(partitionOf(hash, partitions)).toBe(Number(unsigned % BigInt(partitions)));
      }
    }
  });
});

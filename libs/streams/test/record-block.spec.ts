import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RecordBlock, mostBatchBytes } from '../src/index.ts';

const bytes = fc.uint8Array({ maxLength: 300 });
const records = fc.array(fc.record({ key: fc.option(bytes, { nil: null }), value: bytes }), { maxLength: 200 });

it('gives the records back that were laid into it, in their order, with the time of the block', () => {
  fc.assert(
    fc.property(records, fc.nat(), (all, timestamp) => {
      const block = new RecordBlock();
      block.add(new Uint8Array(9), 0, 9, new Uint8Array(9), 0, 9);
      block.clear();
      for (const { key, value } of all) block.add(key, 0, key?.length ?? 0, value, 0, value.length);
      block.timestamp = timestamp;
      expect(block).toHaveLength(all.length);
      expect(
        Array.from(block, ({ key, value, timestamp }) => ({
          key: key && Uint8Array.from(key),
          value: Uint8Array.from(value),
          timestamp,
        })),
      ).toEqual(all.map((record) => ({ ...record, timestamp })));
    }),
  );
});

it('takes parts of longer arrays', () => {
  const block = new RecordBlock();
  block.add(Buffer.from('a key or two'), 2, 5, Buffer.from('some value'), 5, 10);
  expect(Array.from(block, ({ key, value }) => `${key as Buffer} ${value as Buffer}`)).toEqual(['key value']);
});

it('has room for no more than is sent at once, but always for one record', () => {
  const block = new RecordBlock();
  expect(block.hasRoomFor(mostBatchBytes * 2)).toBe(true);
  const value = new Uint8Array(1000);
  while (block.hasRoomFor(value.length)) block.add(null, 0, 0, value, 0, value.length);
  expect(block.bytes.length).toBeLessThanOrEqual(mostBatchBytes);
  expect(block.bytes.length).toBeGreaterThan(mostBatchBytes - 2000);
});

import { describe, expect, it } from 'vitest';
import { openShards } from '../../src/forwarders/kinesis/shard-order.ts';

const shard = (id: string, ...parents: string[]) => ({ id, parents });
const open = (shards: ReturnType<typeof shard>[], ...ended: string[]) =>
  openShards(shards, new Set(ended)).map(({ id }) => id);

describe('the shards that may be read', () => {
  it('are those of a split only when the shard that was split has been read to its end', () => {
    const split = [shard('0'), shard('1', '0'), shard('2', '0')];
    expect(open(split)).toEqual(['0']);
    expect(open(split, '0')).toEqual(['1', '2']);
  });

  it('are that of a merge only when both have been', () => {
    const merged = [shard('0'), shard('1'), shard('2', '0', '1')];
    expect(open(merged)).toEqual(['0', '1']);
    expect(open(merged, '0')).toEqual(['1']);
    expect(open(merged, '0', '1')).toEqual(['2']);
  });

  it('follow each other through generations', () => {
    const chain = [shard('0'), shard('1', '0'), shard('2', '1')];
    expect(open(chain)).toEqual(['0']);
    expect(open(chain, '0')).toEqual(['1']);
    expect(open(chain, '0', '1')).toEqual(['2']);
  });

  it('do not wait for what the stream shows no more', () => {
    expect(open([shard('1', '0'), shard('2', '0')])).toEqual(['1', '2']);
  });
});

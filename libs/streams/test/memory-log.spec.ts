import { describe, expect, it } from 'vitest';
import { MemoryLog } from '../src/memory/index.ts';
import { logContract } from './log.contract.ts';

logContract('MemoryLog', async () => ({ port: new MemoryLog(), [Symbol.asyncDispose]: async () => undefined }));

describe('MemoryLog', () => {
  it('keeps offsets when its beginning is forgotten', async () => {
    const log = new MemoryLog();
    await log.ensure([{ topic: 't', partitions: 1, retentionMs: 1 }]);
    const records = ['a', 'b', 'c'].map((value) => ({ key: null, value: Buffer.from(value), timestamp: 0 }));
    await log.append([{ topic: 't', partition: 0, records }]);
    log.forgetBefore({ topic: 't', partition: 0 }, 2);
    expect(await log.bounds('t')).toEqual([{ beginning: 2, end: 3 }]);
    expect(log.records({ topic: 't', partition: 0 }).map(({ offset }) => offset)).toEqual([2]);
  });
});

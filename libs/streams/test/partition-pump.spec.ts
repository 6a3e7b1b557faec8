import { describe, expect, it, vi } from 'vitest';
import { type Commit, type PartitionWorker, PartitionPump } from '../src/index.ts';

const record = (offset: number) => ({ key: null, value: new Uint8Array(1), timestamp: 0, offset });
const records = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => record(from + i));

/** A pump of a partition of ten thousand records; the test offers them, and says what its worker does with them. */
function pumping(take: PartitionWorker['take'], { mostAtOnce = Infinity, retryMs = 1 } = {}) {
  const commits: number[] = [];
  const troubles: string[] = [];
  const seeks: number[] = [];
  let next = 0;
  const worker = (from: number): PartitionWorker => ({
    from: (next = from),
    mostAtOnce,
    take: async (taken, upTo) => {
      await take(taken, upTo);
      next = upTo;
    },
    commit: () => ({ offset: next, metadata: '' }),
  });
  const pump = new PartitionPump(
    { topic: 'raw-files', partition: 0 },
    {
      look: async () => ({ committed: undefined, beginning: 0, end: 10_000 }),
      seek: (offset) => void seeks.push(offset),
      flow: () => undefined,
      commit: async ({ offset }: Commit) => void (offset > 0 && commits.push(offset)),
    },
    {
      open: async ({ beginning }) => worker(beginning),
      onTrouble: ({ message }) => void troubles.push(message),
      ...{ idleMs: 5, commitMs: 0, retryMs, mostRetryMs: 30_000 },
    },
  );
  return { pump, commits, troubles, seeks };
}

function fakeTimers(): Disposable {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  return { [Symbol.dispose]: () => void vi.useRealTimers() };
}

describe('a pump', () => {
  it('gives a worker no more at once than it takes, and commits in between', async () => {
    const sizes: number[] = [];
    const { pump, commits } = pumping(async ({ length }) => void (length > 0 && sizes.push(length)), { mostAtOnce: 4 });
    await vi.waitFor(() => expect(pump.isOpen).toBe(true));
    pump.offer(records(0, 10), 10);
    pump.offer(records(10, 13), 13);
    await vi.waitFor(() => expect(commits.at(-1)).toBe(13));
    expect(sizes).toEqual([4, 4, 2, 3]);
    expect(commits).toEqual([4, 8, 10, 13]);
    await pump.stop(1000);
  });

  it('steps over offsets that have no record, and tells the worker up to where', async () => {
    const taken: [number[], number][] = [];
    const { pump, commits, troubles } = pumping(
      async (some, upTo) => void taken.push([some.map(({ offset }) => offset), upTo]),
      { mostAtOnce: 2 },
    );
    await vi.waitFor(() => expect(pump.isOpen).toBe(true));
    pump.offer([record(0), record(2), record(3)], 10, { from: 0, to: 5 });
    // The end of a transaction, then one that was read before in part.
    pump.offer([], 10, { from: 5, to: 6 });
    pump.offer([record(4), record(7)], 10, { from: 4, to: 9 });
    await vi.waitFor(() => expect(commits.at(-1)).toBe(9));
    expect(taken.filter(([, upTo], i) => upTo !== taken[i - 1]?.[1])).toEqual([
      ...(taken[0]![1] === 0 ? [[[], 0]] : []),
      [[0, 2], 3],
      [[3], 5],
      [[], 6],
      [[7], 9],
    ]);
    expect(troubles).toEqual([]);
    await pump.stop(1000);
  });

  it('commits again what it has committed when the group is dealt out anew', async () => {
    const { pump, commits } = pumping(async () => undefined);
    await vi.waitFor(() => expect(pump.isOpen).toBe(true));
    pump.offer(records(0, 3), 3);
    await vi.waitFor(() => expect(commits).toEqual([3]));
    pump.stay();
    await vi.waitFor(() => expect(commits).toEqual([3, 3]));
    await pump.stop(1000);
    expect(commits).toEqual([3, 3]);
  });

  it('that stops finishes what is in hand, and leaves the rest to the next', async () => {
    const held = Promise.withResolvers<void>();
    const taken: number[] = [];
    const { pump, commits } = pumping(
      async (some) => {
        if (some.length === 0) return;
        taken.push(...some.map(({ offset }) => offset));
        await held.promise;
      },
      { mostAtOnce: 2 },
    );
    await vi.waitFor(() => expect(pump.isOpen).toBe(true));
    pump.offer(records(0, 10), 10);
    await vi.waitFor(() => expect(taken).toEqual([0, 1]));
    const stopped = pump.stop(5000);
    held.resolve();
    await stopped;
    expect(taken).toEqual([0, 1]);
    expect(commits.at(-1)).toBe(2);
  });

  it('waits longer each time that a worker fails at the same place, however much it takes again before', async () => {
    using _ = fakeTimers();
    const { pump, troubles, seeks } = pumping(
      async (some) => {
        if (some.some(({ offset }) => offset === 3)) throw new Error('the store is down');
      },
      { mostAtOnce: 1, retryMs: 1000 },
    );
    await vi.advanceTimersByTimeAsync(0);
    for (const [life, pauseMs] of [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000].entries()) {
      expect(seeks).toHaveLength(life + 1);
      pump.offer(records(0, 5), 5);
      await vi.advanceTimersByTimeAsync(0);
      expect(troubles).toHaveLength(life + 1);
      // Half of it at least, by chance.
      await vi.advanceTimersByTimeAsync(pauseMs / 2 - 1);
      expect(seeks).toHaveLength(life + 1);
      await vi.advanceTimersByTimeAsync(pauseMs / 2 + 1);
    }
    await pump.lose();
  });

  it('is not well from a failure on until a worker has come further than the one that failed', async () => {
    let isDown = true;
    const { pump, troubles, seeks } = pumping(
      async (some) => {
        if (isDown && some.some(({ offset }) => offset === 3)) throw new Error('the store is down');
      },
      { mostAtOnce: 1 },
    );
    await vi.waitFor(() => expect(pump.isWell).toBe(true));
    pump.offer(records(0, 5), 5);
    await vi.waitFor(() => expect(troubles).toHaveLength(1));
    await vi.waitFor(() => expect(seeks).toHaveLength(2));
    expect(pump.isWell).toBe(false);
    isDown = false;
    pump.offer(records(0, 3), 5);
    await vi.waitFor(() => expect(pump.lag).toBe(10_000 - 3));
    expect(pump.isWell).toBe(false);
    pump.offer(records(3, 5), 5);
    await vi.waitFor(() => expect(pump.isWell).toBe(true));
    await pump.stop(1000);
  });

  it('takes what was offered before it fails, and nothing more', async () => {
    const held = Promise.withResolvers<void>();
    const taken: number[] = [];
    const { pump, troubles, seeks } = pumping(async (some) => {
      if (some.length > 0) await held.promise;
      taken.push(...some.map(({ offset }) => offset));
    });
    await vi.waitFor(() => expect(pump.isOpen).toBe(true));
    pump.offer(records(0, 2), 5);
    pump.offer(records(2, 4), 5);
    pump.fail(new Error('what comes next is damaged'));
    pump.offer(records(4, 5), 5);
    held.resolve();
    await vi.waitFor(() => expect(seeks).toHaveLength(2));
    expect(taken).toEqual([0, 1, 2, 3]);
    expect(troubles).toEqual(['what comes next is damaged']);
    await pump.lose();
  });
});

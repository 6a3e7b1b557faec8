import { describe, expect, it } from 'vitest';
import { StoreError, persistently, repeatedly } from '../src/index.ts';

const quick = { leastMs: 1, mostMs: 2 };

describe('persistently', () => {
  it('goes on until it is done, and tells of each failure', async () => {
    const troubles: string[] = [];
    let left = 3;
    const action = async () => {
      if (left-- > 0) throw new StoreError(`no ${left}`, { retriable: true });
      return 'done';
    };
    const { signal } = new AbortController();
    expect(await persistently(action, { ...quick, signal, onTrouble: ({ message }) => troubles.push(message) })).toBe(
      'done',
    );
    expect(troubles).toEqual(['no 2', 'no 1', 'no 0']);
  });

  it('says why it waits, from the first failure until it is done', async () => {
    const waits = new Map<object, StoreError>();
    const seen: string[][] = [];
    let left = 2;
    const action = async () => {
      seen.push([...waits.values()].map(({ message }) => message));
      if (left-- > 0) throw new StoreError(`no ${left}`, { retriable: true });
    };
    const { signal } = new AbortController();
    await persistently(action, { ...quick, signal, onTrouble: () => undefined, waits });
    expect(seen).toEqual([[], ['no 1'], ['no 0']]);
    expect(waits.size).toBe(0);
    left = 1;
    const broken = async () => {
      await action();
      throw new StoreError('never');
    };
    await expect(persistently(broken, { ...quick, signal, onTrouble: () => undefined, waits })).rejects.toThrow(
      'never',
    );
    expect(waits.size).toBe(0);
  });

  it.each([new StoreError('it is full'), new TypeError('a bug')])(
    'does not try again what that cannot help: %s',
    async (failure) => {
      let tries = 0;
      const action = async () => {
        tries++;
        throw failure;
      };
      const { signal } = new AbortController();
      await expect(persistently(action, { ...quick, signal, onTrouble: () => undefined })).rejects.toBe(failure);
      expect(tries).toBe(1);
    },
  );

  it('ends when it is told to', async () => {
    const ending = new AbortController();
    const action = async () => {
      throw new StoreError('no', { retriable: true });
    };
    const trying = persistently(action, {
      leastMs: 60_000,
      signal: ending.signal,
      onTrouble: () => ending.abort(new Error('it stops')),
    });
    await expect(trying).rejects.toThrow('it stops');
  });
});

describe('repeatedly', () => {
  it('takes turns, whatever comes of them, until it is told to end', async () => {
    const ending = new AbortController();
    const troubles: string[] = [];
    let turns = 0;
    const turn = async () => {
      if (++turns === 4) ending.abort();
      if (turns % 2 === 1) throw new Error(`turn ${turns}`);
    };
    await repeatedly(turn, {
      everySeconds: 0.001,
      signal: ending.signal,
      onTrouble: ({ message }) => troubles.push(message),
    });
    expect(turns).toBe(4);
    expect(troubles).toEqual(['turn 1', 'turn 3']);
  });
});

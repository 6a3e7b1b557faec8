import { StoreError } from '@neartime/streams';
import pino from 'pino';
import { describe, expect, it, vi } from 'vitest';
import { type Check, type Patience, type RunningWork, Work } from '../src/index.ts';

/** Work that has started, with what it was given; the test says how it is. */
async function started() {
  const given = Promise.withResolvers<Patience>();
  const state = { check: { ok: true } as Check };
  const running: RunningWork = { ready: () => state.check, [Symbol.asyncDispose]: async () => undefined };
  const work = new Work('test', pino({ level: 'silent' }), async (patience) => {
    given.resolve(patience);
    return running;
  });
  work.onApplicationBootstrap();
  const patience = await given.promise;
  await vi.waitFor(() => expect(work.ready().ok).toBe(true));
  return { work, state, patience };
}

describe('work', () => {
  it('is not ready while it waits for a server, and says for which', async () => {
    const { work, state, patience } = await started();
    state.check = { ok: true, details: { lag: 7 } };
    const wait = {};
    patience.waits.set(wait, new StoreError('kafka: cannot append: nobody answers'));
    expect(work.ready()).toEqual({
      ok: false,
      why: 'it waits: kafka: cannot append: nobody answers',
      details: { lag: 7 },
    });
    patience.waits.delete(wait);
    expect(work.ready().ok).toBe(true);
  });

  it('that is not ready by itself says what went wrong last', async () => {
    const { work, state, patience } = await started();
    state.check = { ok: false, why: 'it waits for its group, or begins anew' };
    expect(work.ready()).toMatchObject({ why: 'it waits for its group, or begins anew' });
    patience.onTrouble(new StoreError('s3: cannot write s3://store/a: the server cannot be reached'));
    expect(work.ready()).toMatchObject({
      ok: false,
      why: 'it waits for its group, or begins anew: s3: cannot write s3://store/a: the server cannot be reached',
    });
  });
});

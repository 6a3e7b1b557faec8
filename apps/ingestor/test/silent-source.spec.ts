import type { Assignment, DeadLetters } from '@neartime/streams';
import { expect, it } from 'vitest';
import { NoticesWorker } from '../src/notices-worker.ts';
import type { ProgressSender } from '../src/progress-sender.ts';

const idleAfter = 300;
const source = 's3://raw/in/walk/';

/** A worker over a partition that is read to its end, with what it says of the source, and the time that passes. */
async function worker(start: number) {
  let [now, elapsed, end] = [start, 0, 0];
  const said: number[] = [];
  const taking = await NoticesWorker.open(
    { partition: 0, beginning: 0, signal: new AbortController().signal } as unknown as Assignment,
    {
      ingest: () => Promise.reject(new Error('there are no files here')),
      progress: {
        say: (_: string, upTo: number) => void said.push(upTo),
        flush: async () => undefined,
        isSaid: true,
      } as unknown as ProgressSender,
      catalogue: { sources: async () => [] },
      deadLetters: {} as DeadLetters,
      clock: { now: () => now, elapsed: () => elapsed },
      idleAfter,
      endOf: async () => end,
      listener: { ingested: () => undefined },
    },
  );
  return {
    async complete(upTo: number): Promise<void> {
      const value = Buffer.from(JSON.stringify({ source, completeUpTo: new Date(upTo * 1000).toISOString() }));
      await taking.take([{ offset: end++, key: null, value, timestamp: now * 1000 }]);
    },
    async afterSilence(seconds: number): Promise<number> {
      // In small steps, as polls come.
      for (let passed = 0; passed < seconds; passed += 30) {
        now += 30;
        elapsed += 30;
        await taking.take([]);
      }
      return Math.max(...said);
    },
  };
}

const noon = Date.parse('2026-11-25T12:00:00Z') / 1000;

it('moves a silent source on by the time that passes, less idleAfter', async () => {
  const { complete, afterSilence } = await worker(noon);
  await complete(noon - 3600);
  expect(await afterSilence(idleAfter + 600)).toBe(noon - 3600 + 600);
});

it('leaves a source that is complete up to a time to come where it is, until the clock has caught up', async () => {
  const { complete, afterSilence } = await worker(noon);
  await complete(noon + 1200);
  expect(await afterSilence(1200)).toBe(noon + 1200);
  expect(await afterSilence(idleAfter + 60)).toBe(noon + 1260);
});

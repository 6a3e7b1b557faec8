import { isDueNow } from '@neartime/settling';
import type { Catalogue, WindowPart, WindowToCheck } from '@neartime/streams';
import { expect, it } from 'vitest';
import { settleOnServers } from './settle.ts';

const [window, hour] = [1000 * 600, 3600];
const sent = { lines: 2, high: 2, low: 2 };
const part: WindowPart = {
  ...{ feature: 'f', window, partition: 0, revision: 0, rows: 1, checksum: '', etag: undefined, state: 'written' },
  ...{ lines: { lines: 1, high: 1, low: 1 }, closedAt: 0, writtenAt: 0 },
};

it('hurries windows for processors whose clock is behind its own', async () => {
  const differing = new Map([['f', { attempts: 1, dueAt: Infinity }]]);
  const check: WindowToCheck = { window, notBefore: 0, differing, asked: new Map() };
  const catalogue = {
    settings: async () => new Map([['f', JSON.stringify({ entity: 'device', since: null })]]),
    toCheck: async () => [check],
    closedUpTo: async () => [window],
    linesSent: async () => [sent],
    windowParts: async () => [part],
    putOff: async (_: number, feature: string, put: { attempts: number; dueAt: number }) =>
      void differing.set(feature, put),
  } as unknown as Catalogue;
  const theirs = 10_000_000;
  const clock = { now: () => theirs + hour, elapsed: () => 0 };
  await settleOnServers({ catalogue, clock, wait: 0, takesOpen: false, onProgress: () => undefined });
  expect(isDueNow(check, 'f', theirs)).toBe(true);
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isDueNow, isSampled, putOffFrom } from '../src/index.ts';

it('a window waits ten minutes, then twice as long each time, up to a day', () => {
  let differing: ReturnType<typeof putOffFrom> | undefined;
  const waits = Array.from({ length: 10 }, () => {
    differing = putOffFrom(differing, 1000, 600);
    return (differing.dueAt - 1000) / 60;
  });
  expect(waits).toEqual([10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440]);
});

it('a window that somebody asked for is due at once, unless it was computed since it was found to differ', () => {
  const check = (differing: readonly (readonly [string, { attempts: number; dueAt: number }])[], asked: string[]) => ({
    ...{ window: 0, notBefore: 0, differing: new Map(differing) },
    asked: new Map(asked.map((feature) => [feature, 0])),
  });
  expect(isDueNow(check([], ['f']), 'f', 100)).toBe(true);
  expect(isDueNow(check([], ['g']), 'f', 100)).toBe(false);
  expect(isDueNow(check([['f', { attempts: 1, dueAt: 200 }]], []), 'f', 100)).toBe(false);
  expect(isDueNow(check([['f', { attempts: 1, dueAt: 200 }]], ['f']), 'f', 100)).toBe(true);
  expect(isDueNow(check([['f', { attempts: 2, dueAt: 200 }]], ['f']), 'f', 100)).toBe(false);
  expect(isDueNow(check([['f', { attempts: 2, dueAt: 200 }]], ['f']), 'f', 200)).toBe(true);
  expect(isDueNow({ ...check([], ['f']), notBefore: 101 }, 'f', 100)).toBe(false);
});

it('about one window in so many is a sample, the same for whoever asks', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.integer({ min: 2, max: 50 }), (feature, oneIn) => {
      const windows = Array.from({ length: 5000 }, (_, i) => 1_533_081_600 + i * 600);
      const sample = windows.filter((window) => isSampled(feature, window, oneIn));
      expect(sample).toEqual(windows.filter((window) => isSampled(feature, window, oneIn)));
      expect(sample.length).toBeGreaterThan(5000 / oneIn / 2);
      expect(sample.length).toBeLessThan((5000 / oneIn) * 2);
      expect(windows.some((window) => isSampled(feature, window, 0))).toBe(false);
    }),
    { numRuns: 20 },
  );
});

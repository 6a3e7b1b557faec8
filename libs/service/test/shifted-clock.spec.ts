import { expect, it } from 'vitest';
import { shiftedClock } from '../src/shifted-clock.ts';

it('shows another time and runs as before', () => {
  const clock = { now: () => 1000.5, elapsed: () => 7 };
  const shifted = shiftedClock(-600, clock);
  expect([shifted.now(), shifted.elapsed()]).toEqual([400.5, 7]);
});

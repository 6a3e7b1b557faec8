import { expect, it } from 'vitest';
import { openTime, secondsUntil, walkFile } from '../../src/demo/walk-file.ts';

const at = (time: string): number => Date.parse(`2026-11-25T${time}Z`) / 1000;

it('takes the time of now while its window is open for sure', () => {
  expect(openTime(at('10:02:00'), at('10:01:50'))).toBe(at('10:02:00'));
  expect(openTime(at('10:02:00'), at('10:10:00'))).toBe(at('10:02:00'));
});

it('takes the beginning of the first open window when earlier walks have closed that of now', () => {
  // As a walk closes a window: by the end of the next one.
  expect(openTime(at('10:02:00'), at('10:20:00'))).toBe(at('10:10:01'));
  expect(openTime(at('10:02:00'), at('10:30:00'))).toBe(at('10:20:01'));
});

it('waits until a file of now may hold such lines: each may be 5 min ahead, the file of the clock, the lines of the file', () => {
  expect(secondsUntil(at('10:10:01'), at('10:02:00'))).toBe(0);
  expect(secondsUntil(at('10:20:01'), at('10:02:00'))).toBe(501);
  expect(walkFile('walk-1', at('10:10:01'), at('10:02:00'))).toMatchObject({
    key: 'in/walk/web/2026/11/25/202611-25-walk-1-100511.gz',
    window: at('10:10:00'),
  });
});

import { expect, it } from 'vitest';
import { objectName, windowOfObject } from '../src/index.ts';

const start = Date.parse('2018-08-01T09:30:00Z') / 1000;

it('tells the window of a part by its name', () => {
  expect(windowOfObject(objectName('device_last_browse', start, 3))).toBe(start);
});

it.each([
  '',
  'features_store/f/readme.txt',
  'features_store/f/year=2018/month=08/day=01/part-00000.parquet',
  `other/${objectName('f', start, 0)}`,
  `${objectName('f', start, 0)}.tmp`,
])('knows of no window where there is no part: %j', (name) => {
  expect(windowOfObject(name)).toBeUndefined();
});

import { objectName } from '@neartime/streams/object-name';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { partitionColumns } from '../feature-view.ts';
import type { PartitionFilter } from '../partition-filter.ts';
import { isWanted, type WantedParts, wantedPrefixes } from '../remote/wanted-parts.ts';

const feature = 'f';
const at = (time: string) => Date.parse(`${time}:00Z`) / 1000;
const only = (values: Readonly<Record<string, string>>): PartitionFilter =>
  Object.entries(values).map(([column, wanted]) => ({ column, holds: (value) => value === wanted }));
const wanted = (filters: readonly PartitionFilter[], from = -Infinity, to = Infinity): WantedParts => ({
  feature,
  filters,
  from,
  to,
});
const below = (...paths: string[]) => paths.map((path) => `features_store/f/${path}`);

describe('the prefixes of wanted parts', () => {
  it.each([
    ['all of a feature', wanted([[]]), below('')],
    ['nothing', wanted([]), below()],
    ['a day', wanted([only({ year: '2018', month: '08', day: '01' })]), below('year=2018/month=08/day=01/')],
    [
      'two days, asked for apart',
      wanted([only({ year: '2018', month: '08', day: '01' }), only({ year: '2018', month: '09', day: '30' })]),
      below('year=2018/month=08/day=01/', 'year=2018/month=09/day=30/'),
    ],
    ['a day of any month, of which there are too many', wanted([only({ day: '01' })]), below('')],
    ['a year, whatever the hour', wanted([only({ year: '2018', hour: '09' })]), below('year=2018/')],
    [
      'what two times bound',
      wanted([[]], at('2018-08-31T22:00'), at('2018-09-01T00:20')),
      below(
        'year=2018/month=08/day=31/hour=22/',
        'year=2018/month=08/day=31/hour=23/',
        'year=2018/month=09/day=01/hour=00/ten_mins=00/',
        'year=2018/month=09/day=01/hour=00/ten_mins=10/',
      ),
    ],
    [
      'a time within a window',
      wanted([[]], at('2018-08-01T09:05'), at('2018-08-01T09:15')),
      below('year=2018/month=08/day=01/hour=09/ten_mins=10/'),
    ],
  ])('%s', (_, parts, prefixes) => {
    expect(wantedPrefixes(parts)).toEqual(prefixes);
  });

  const window = fc
    .integer({ min: at('2000-01-01T00:00') / 600, max: at('2100-12-31T23:50') / 600 })
    .map((n) => n * 600);
  const filter = fc
    .dictionary(fc.constantFrom(...partitionColumns), fc.integer({ min: 0, max: 59 }), { maxKeys: 4 })
    .map((dividers) =>
      Object.entries(dividers).map(([column, divider]) => ({
        column,
        holds: (value: string) => divider === 0 || Number(value) % divider < 2,
      })),
    );

  it('hold every wanted part exactly once, and are not many', () => {
    fc.assert(
      fc.property(
        fc.array(window, { minLength: 1 }),
        fc.array(filter, { maxLength: 3 }),
        fc.option(window, { nil: -Infinity }),
        fc.option(window, { nil: Infinity }),
        (windows, filters, from, to) => {
          const parts = wanted(filters, from, to);
          const prefixes = wantedPrefixes(parts);
          expect(prefixes.length).toBeLessThanOrEqual(256);
          for (const start of windows) {
            const name = objectName(feature, start, 3);
            const values = new Map(name.split('/').map((folder) => folder.split('=') as [string, string]));
            const passes = filters.some((each) => each.every(({ column, holds }) => holds(values.get(column)!)));
            expect(isWanted(parts, name)).toBe(passes && start >= from && start < to);
            const holding = prefixes.filter((prefix) => name.startsWith(prefix));
            expect(holding.length).toBeLessThanOrEqual(1);
            if (isWanted(parts, name)) expect(holding).toHaveLength(1);
          }
        },
      ),
    );
  });

  it.each(['features_store/f/readme.txt', 'features_store/f/../f/year=2018/part-00000.parquet', 'other'])(
    'what is no part is not wanted: %s',
    (name) => {
      expect(isWanted(wanted([[]]), name)).toBe(false);
    },
  );
});

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { objectName } from '@neartime/streams/object-name';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Failure } from '../../failure.ts';
import { CountingStore, remoteAnswer } from './fetched.ts';
import { answer, browsed, temporaryFolder } from './stores.ts';

const root = temporaryFolder();
const folder = join(root, 'store');
const cache = join(root, 'cache');
const feature = 'device_last_browse';
const table = `features_store.${feature}`;
const store = new CountingStore();

const at = (time: string) => Date.parse(`${time}:00Z`) / 1000;
const times = [
  ...['2017-12-31T23:50', '2018-01-01T00:00', '2018-07-31T23:50', '2018-08-01T00:00', '2018-08-01T09:30'],
  ...['2018-08-01T10:00', '2018-08-02T09:30', '2018-08-12T09:30', '2018-12-01T09:50'],
];
const nameAt = (time: string) => objectName(feature, at(time), 1);
const login = objectName('user_last_login', at('2018-08-01T09:30'), 0);

beforeAll(async () => {
  for (const [i, time] of times.entries()) await browsed(join(folder, nameAt(time)), [`id${i}`, 'pl', 'olx', i]);
  await browsed(join(folder, login), ['u', 'pl', 'olx', 1]);
  await store.fill(folder);
});
beforeEach(() => {
  rmSync(cache, { recursive: true, force: true });
  store.takeFetched();
});
afterAll(() => rmSync(root, { recursive: true }));

const byId = (where: string) => `select id from ${table} ${where} order by id`;

/** What is fetched for a statement, by the times of the windows; its answer is that over the folder. */
async function fetchedFor(sql: string): Promise<string[]> {
  rmSync(cache, { recursive: true, force: true });
  expect(await remoteAnswer(store, cache, sql)).toBe(await answer(folder, sql));
  const fetched = store.takeFetched();
  return times.filter((time) => fetched.includes(nameAt(time)));
}

describe('a statement over objects answers as over a folder, and fetches', () => {
  it('the feature that it names alone', async () => {
    await fetchedFor(byId(''));
    expect(await remoteAnswer(store, cache, byId(''))).toContain('id8');
    expect(store.takeFetched()).not.toContain(login);
  });

  it.each(['select 1', 'show all tables', `describe ${table}`, `describe select id from ${table}`])(
    'nothing for what needs no rows: %s',
    async (sql) => {
      store.prefixes.splice(0);
      expect(await fetchedFor(sql)).toEqual([]);
      expect(store.prefixes).toEqual([]);
    },
  );

  it.each([
    [
      `where year = '2018' and month = '08' and day = '01'`,
      ['2018-08-01T00:00', '2018-08-01T09:30', '2018-08-01T10:00'],
    ],
    [`where year = 2018 and month = 8 and day = 1 and hour = 9`, ['2018-08-01T09:30']],
    [`where month in ('01', '07')`, ['2018-01-01T00:00', '2018-07-31T23:50']],
    [`where day in (2, 12)`, ['2018-08-02T09:30', '2018-08-12T09:30']],
    [`where month between '08' and '09' and day > '01'`, ['2018-08-02T09:30', '2018-08-12T09:30']],
    [`where '2018' > year`, ['2017-12-31T23:50']],
    [`as a where a.year <= '2017' and a.id <> 'x'`, ['2017-12-31T23:50']],
    [`where ${feature}.YEAR = '2017'`, ['2017-12-31T23:50']],
    [`where (id > 'a' and (hour = '10' and brand = 'olx'))`, ['2018-08-01T10:00']],
    [`where year = '2017' and year = '2018'`, []],
  ] as [string, string[]][])('only what can pass %s', async (where, expected) => {
    expect(await fetchedFor(byId(where))).toEqual(expected);
  });

  it.each([
    byId(`where year = '2017' or day = '01'`),
    byId(`where not (year = '2017')`),
    byId(`where year || '' = '2017'`),
    byId(`where year <> '2018'`),
    byId(`where year = null`),
    byId(`where '0' || '1' = day`),
    `select b.id from ${table} a join ${table} b using (id) where a.year = '2017' order by 1`,
    `select id from (select * from ${table}) where year = '2017'`,
    `select id, (select count(*) from ${table}) from ${table} where year = '2017' order by 1`,
    `with x as (select id, '2017' as year from ${table}) select * from x where year = '2017' order by 1`,
    `select a from ${table} t(a, b, c, d, month, year) where month = '2017' and year = '12'`,
  ])('all, when it is in doubt: %s', async (sql) => {
    expect(await fetchedFor(sql)).toEqual(times);
  });

  it.each([
    `select id from ${table} where year = '2017' union all select id from ${table} where day = '12'`,
    `with x as (select * from ${table} where year = '2017' or false and true) select count(*) from ${table} where day = '12'`,
    `select id from ${table} a where day = '12' and exists (select 1 from ${table} b where b.year = '2017')`,
  ])('what any part of it can need: %s', async (sql) => {
    const fetched = await fetchedFor(sql);
    expect(fetched).toContain('2017-12-31T23:50');
    expect(fetched).toContain('2018-08-12T09:30');
  });

  it('of the windows that --from and --to leave, whatever is in the cache already', async () => {
    const all = await remoteAnswer(store, cache, byId(''));
    expect(all).toContain('id0');
    const bounds = { from: at('2018-08-01T09:30'), to: at('2018-08-02T09:30') };
    expect(await remoteAnswer(store, cache, byId(''), bounds)).toBe('id\r\nid4\r\nid5\r\n');
    expect(await remoteAnswer(store, cache, byId(`where hour = '10'`), bounds)).toBe('id\r\nid5\r\n');
  });

  it('the same rows for any condition', async () => {
    const column = fc.constantFrom('year', 'month', 'a.day', 'hour', 'ten_mins', 'id');
    const text = fc.constantFrom(`'2018'`, `'08'`, `'01'`, `'09'`, `'30'`, `'1'`, `''`, `'😀'`);
    const whole = fc.constantFrom('2018', '8', '1', '9', '30', '-1');
    const condition = fc.oneof(
      fc.tuple(column, fc.constantFrom('=', '<>', '<', '<=', '>', '>='), text).map((parts) => parts.join(' ')),
      fc.tuple(text, fc.constantFrom('=', '<', '>='), column).map((parts) => parts.join(' ')),
      fc.tuple(fc.constantFrom('year', 'month', 'day'), whole).map(([of, value]) => `${of} = ${value}`),
      fc.tuple(column, fc.array(text, { minLength: 1, maxLength: 3 })).map(([of, list]) => `${of} in (${list.join()})`),
      fc.tuple(column, text, text).map(([of, low, high]) => `${of} between ${low} and ${high}`),
    );
    const where = fc
      .tuple(
        condition,
        fc.array(fc.tuple(fc.constantFrom('and', 'and', 'and', 'or', 'and not'), condition), { maxLength: 3 }),
      )
      .map(([first, more]) => [first, ...more.map((parts) => parts.join(' '))].join(' '));
    await fc.assert(
      fc.asyncProperty(where, async (conditions) => {
        const sql = `select id from ${table} a where ${conditions} order by id`;
        expect(await remoteAnswer(store, cache, sql)).toBe(await answer(folder, sql));
      }),
      { numRuns: 60 },
    );
  });
});

describe('a bad statement over objects', () => {
  it.each(['selct 1', 'delete from x', `from read_csv('x')`])(
    'is refused before anything is fetched: %s',
    async (sql) => {
      store.prefixes.splice(0);
      await expect(remoteAnswer(store, cache, sql)).rejects.toBeInstanceOf(Failure);
      expect(store.prefixes).toEqual([]);
    },
  );
});

import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { features } from '@neartime/features';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Failure } from '../../failure.ts';
import { openFeatureStore } from '../index.ts';
import { answer, browsed, partPath, temporaryFolder } from './stores.ts';

const root = temporaryFolder();
const store = join(root, 'store');
const feature = 'device_last_browse';
const table = `features_store.${feature}`;

const busiest = `select brand, country, count(distinct id) cnt from ${table} where year='2018' and month='08' and day='01' group by 1,2 order by 3 desc`;

beforeAll(async () => {
  await browsed(partPath(store, feature, '01'), ['a', 'pl', 'olx', 1], ['b', 'pl', 'olx', 2], ['c', 'ro', 'storia', 3]);
  await browsed(partPath(store, feature, '01', '10'), ['a', 'pl', 'olx', 4], ['d', 'pl', 'olx', 5]);
  await browsed(partPath(store, feature, '02'), ['e', 'pl', 'olx', 6]);
  // A part that had rows and has none, a file being written, and a file that is no Parquet on a day of its own.
  await browsed(partPath(store, feature, '02', '10'));
  writeFileSync(`${partPath(store, feature, '02')}.tmp`, 'half a pa');
  mkdirSync(dirname(partPath(store, feature, '31')), { recursive: true });
  writeFileSync(partPath(store, feature, '31'), 'no Parquet at all');
});

afterAll(() => rmSync(root, { recursive: true }));

describe('a feature store', () => {
  it('answers the question of the talk', async () => {
    expect(await answer(store, busiest)).toBe('brand,country,cnt\r\nolx,pl,3\r\nstoria,ro,1\r\n');
  });

  it('shows where a row lies as text, with its zeros', async () => {
    expect(await answer(store, `select * from ${table} where id = 'e' and day = '02'`, 'json')).toBe(
      '[\n{"id":"e","country":"pl","brand":"olx","last_action_timestamp":6,"year":"2018","month":"08","day":"02","hour":"09","ten_mins":"30"}\n]\n',
    );
  });

  it('reads no file of a partition that the question leaves out', async () => {
    expect(await answer(store, `select count(*) n from ${table} where day < '31'`)).toBe('n\r\n6\r\n');
    await expect(answer(store, `select count(*) n from ${table}`)).rejects.toThrow(/^query: .*day=31/);
  });

  it('shows a feature without any file as an empty table of its columns', async () => {
    expect(await answer(store, 'from features_store.user_num_posts')).toBe(
      'id,country,brand,actions_count,year,month,day,hour,ten_mins\r\n',
    );
    const types = await answer(store, `select column_type from (describe features_store.user_num_posts)`, 'json');
    expect(types.match(/VARCHAR|BIGINT/g)?.join()).toBe(
      'VARCHAR,VARCHAR,VARCHAR,BIGINT,VARCHAR,VARCHAR,VARCHAR,VARCHAR,VARCHAR',
    );
  });

  it('shows the first part of a feature that comes while it is open', async () => {
    using open = await openFeatureStore(store, features);
    const count = async () => {
      const { batches } = await open.query('select count(*) from features_store.user_last_login');
      return (await batches[Symbol.asyncIterator]().next()).value as unknown;
    };
    expect(await count()).toEqual([[0]]);
    const part = partPath(store, 'user_last_login', '01');
    await browsed(part, ['u', 'pl', 'olx', 1]);
    expect(await count()).toEqual([[1]]);
    rmSync(join(store, 'features_store/user_last_login'), { recursive: true });
    expect(await count()).toEqual([[0]]);
  });

  it.each([
    `FROM "FEATURES_STORE"."Device_Last_Browse" WHERE day < '31' LIMIT 1`,
    `WITH x AS (SELECT * FROM ${table}) SELECT * FROM x WHERE day = '01'`,
    `SELECT * FROM ${table} a JOIN ${table} b USING (id) WHERE a.day = '01' AND b.day = '01'`,
    `FROM ${table} PIVOT (count(*) FOR brand IN ('olx', 'storia') GROUP BY country) WHERE false`,
    `SUMMARIZE SELECT * FROM ${table} WHERE day = '01'`,
    `SELECT * EXCLUDE (id) FROM ${table} WHERE day = '01' QUALIFY row_number() OVER (PARTITION BY brand ORDER BY id) = 1`,
    'SHOW ALL TABLES',
    'SELECT * FROM information_schema.columns',
    'SELECT unnest([1, 2]), i FROM range(3) t(i)',
    'VALUES (1), (2);',
    '-- a remark\nSELECT 1 /* another */',
  ])('takes %s', async (sql) => {
    await expect(answer(store, sql)).resolves.toContain('\r\n');
  });

  it('streams: the first rows of an endless answer come at once', async () => {
    using open = await openFeatureStore(store, features);
    const { batches } = await open.query('select range from range(1000000000000)');
    const first = await batches[Symbol.asyncIterator]().next();
    expect((first.value as number[][])[0]).toEqual([0]);
  });

  it.each([
    'plain',
    'with space',
    `o'clock`,
    'say "so"',
    '*',
    '**',
    '?',
    '[a]',
    '[!a]',
    '[',
    ']',
    '{a,b}',
    '😀',
    'e\u0301',
    'new\nline',
    'a=b',
    'Years=1',
    '$HOME',
    '~',
    '%41',
    '#1',
    'a;b',
    's3:',
    'part-00000.parquet',
    '-',
  ])('lies in a folder named %j', async (name) => {
    const odd = join(root, 'odd', name);
    await browsed(partPath(odd, feature, '01'), ['a', 'pl', 'olx', 1]);
    expect(await answer(odd, busiest)).toBe('brand,country,cnt\r\nolx,pl,1\r\n');
  });

  it('may be reached by a link', async () => {
    symlinkSync(store, join(root, 'latest'));
    expect(await answer(join(root, 'latest'), busiest)).toContain('storia,ro,1');
  });
});

describe('one clear line for', () => {
  const none = 'features_store.device_last_browse, features_store.user_last_login, features_store.user_num_posts';
  it.each([
    [
      'select * from features_store.device_browse',
      `query: Table with name device_browse does not exist! Did you mean "device_last_browse"? The tables are ${none}`,
    ],
    [
      'select * from featurestore.x',
      `query: Table with name "featurestore.x" does not exist because schema "featurestore" does not exist. The tables are ${none}`,
    ],
    [`select idd from ${table}`, /^query: Referenced column "idd" not found in FROM clause! Candidate bindings: "id"/],
    ['selct 1', 'query: syntax error at or near "selct"'],
    ['select', /^query: SELECT clause without selection list/],
    ['', 'query: the SQL is empty; try SHOW ALL TABLES'],
    ['-- nothing', 'query: the SQL is empty; try SHOW ALL TABLES'],
    ['select 1; select 2', 'query: 2 statements; give one at a time'],
    [
      'delete from x',
      'query: only a SELECT runs here (or FROM, WITH, VALUES, DESCRIBE, SHOW, SUMMARIZE): the store is read-only',
    ],
    [
      `from read_csv('x')`,
      'query: the table function read_csv is not available here; read from the views of features_store',
    ],
    ['select $1', /^query: Values were not provided for the following prepared statement parameters: 1$/],
    [`select 'a'::int`, `query: Could not convert string 'a' to INT32`],
    // Only seen after the first rows are out.
    [`select case when range = 500000 then error('too far') end from range(1000000)`, 'query: too far'],
  ])('%j', async (sql, line) => {
    const failure = await answer(store, sql).catch((error: unknown) => error as Error);
    expect(failure).toBeInstanceOf(Failure);
    if (typeof line === 'string') expect((failure as Failure).message).toBe(line);
    else expect((failure as Failure).message).toMatch(line);
    expect((failure as Failure).message).not.toContain('\n');
  });

  it.each([
    ['no folder', 'nowhere', () => {}, /there is no folder .*nowhere; give the --out of a backfill$/],
    ['a file', 'a-file', (path: string) => writeFileSync(path, ''), /there is no folder .*a-file/],
    ['a folder that is no store', 'empty', (path: string) => mkdirSync(path), /no features_store in .*empty/],
    [
      'a column in the path',
      'country=ro',
      (path: string) => mkdirSync(join(path, 'features_store'), { recursive: true }),
      /the folder name country=ro as a part of the data/,
    ],
    [
      'a partition in the path',
      'YEAR=1999',
      (path: string) => mkdirSync(join(path, 'features_store'), { recursive: true }),
      /folder name YEAR=1999/,
    ],
    [
      'a backslash in the path',
      'back\\slash',
      (path: string) => mkdirSync(join(path, 'features_store'), { recursive: true }),
      /folder name back\\slash/,
    ],
    [
      'a features_store elsewhere',
      'linked',
      (path: string) => (mkdirSync(path), symlinkSync(join(store, 'features_store'), join(path, 'features_store'))),
      /is a link to another place/,
    ],
  ])('%s', async (_, name, make, line) => {
    const path = join(root, name);
    make(path);
    const failure = await openFeatureStore(path, features).catch((error: unknown) => error as Error);
    expect(failure).toBeInstanceOf(Failure);
    expect((failure as Failure).message).toMatch(line);
  });

  it('a store without a row yet is none', async () => {
    const young = join(root, 'young');
    mkdirSync(young);
    writeFileSync(join(young, 'catalogue.db'), '');
    expect(await answer(young, busiest)).toBe('brand,country,cnt\r\n');
  });
});

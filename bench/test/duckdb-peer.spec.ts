import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { measured } from '../src/child-run.ts';
import { duckdb } from '../src/contenders.ts';
import { compareRows } from '../src/same-rows.ts';

const day = Date.UTC(2018, 7, 1) / 1_000;
const at = (time: string): number => day + Number(time.slice(0, 2)) * 3_600 + Number(time.slice(3, 5)) * 60;

const browse = {
  event_name: 'app_open',
  timestamp: at('09:31'),
  device_id: 'd',
  user_id: 'u',
  country: 'pl',
  brand: 'olx',
};

const lines = [
  browse,
  { ...browse, timestamp: String(at('09:35')), country: ' PL\u2003', brand: 'OLX', event_name: '\u00a0app_open ' },
  { ...browse, timestamp: at('09:33') * 1_000 + 999, device_id: 'South \t Africa' },
  { ...browse, timestamp: at('09:40'), brand: null },
  { ...browse, timestamp: at('09:40'), country: '\u00a0' },
  { ...browse, timestamp: at('09:40'), device_id: 'x'.repeat(1_025) },
  { ...browse, timestamp: at('09:40'), device_id: undefined },
  { ...browse, timestamp: 0 },
  { ...browse, timestamp: at('09:40') + 0.5 },
  { ...browse, timestamp: 'yesterday' },
  // The file says 09:42:00: five minutes later is taken, one second more is not.
  { ...browse, timestamp: at('09:47'), device_id: 'early' },
  { ...browse, timestamp: at('09:47') + 1, device_id: 'ahead' },
  { ...browse, event_name: 'scroll' },
  { ...browse, event_name: 'login_sign_in_complete', timestamp: at('09:38'), user_id: 4711 },
  { ...browse, event_name: 'post_item_success' },
  { ...browse, event_name: 'post_item_success', timestamp: at('09:39'), user_id: 'U' },
];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'neartime-peer-'));
  const path = join(folder, 'in/horizontals/olx/android/2018/08/01/201808-01-094200.gz');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, gzipSync([...lines.map((line) => JSON.stringify(line)), '', 'no JSON', '[]'].join('\n')));
  await measured(duckdb.program(folder, folder));
});
afterAll(() => rmSync(folder, { recursive: true }));

const rowsOf = async (feature: string): Promise<string[]> => {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const parts = join(folder, 'features_store', feature, '**/*.parquet');
  const reader = await connection.runAndReadAll(
    `FROM read_parquet('${parts}', hive_types_autocast = false) ORDER BY ALL`,
  );
  return reader.getRowObjectsJson().map(({ id, country, brand, hour, ten_mins: tenMinutes, ...row }) => {
    const value = row['last_action_timestamp'] ?? row['actions_count'];
    return [id, country, brand, value, `${String(hour)}:${String(tenMinutes)}`].join(' | ');
  });
};

it('rejects, cleans and folds as neartime does', async () => {
  expect(await rowsOf('device_last_browse')).toEqual([
    `d | pl | olx | ${at('09:35')} | 09:30`,
    `early | pl | olx | ${at('09:47')} | 09:40`,
    `south africa | pl | olx | ${at('09:33')} | 09:30`,
  ]);
  expect(await rowsOf('user_last_login')).toEqual([`4711 | pl | olx | ${at('09:38')} | 09:30`]);
  expect(await rowsOf('user_num_posts')).toEqual(['u | pl | olx | 2 | 09:30']);
});

it('is compared row by row', async () => {
  expect(await compareRows(folder, folder)).toEqual([
    { feature: 'device_last_browse', rows: 3, otherRows: 3, onlyInOne: 0 },
    { feature: 'user_last_login', rows: 1, otherRows: 1, onlyInOne: 0 },
    { feature: 'user_num_posts', rows: 1, otherRows: 1, onlyInOne: 0 },
  ]);
});

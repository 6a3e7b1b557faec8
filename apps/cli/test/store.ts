import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DuckDBInstance } from '@duckdb/node-api';
import { type Feature, windowStart } from '@neartime/engines';
import { features } from '@neartime/features';
import { type OracleRow, type OracleRows, treeHash } from '@neartime/testing';
import { parquetReadObjects } from 'hyparquet';

/** The rows of each part by the name of its object below the store, in the order in which they stand there. */
export type Parts = Record<string, readonly OracleRow[]>;

/** A row of the online store, without what depends on when and how often its window was written. */
export type OnlineRow = OracleRow & { readonly window: number };

const valueColumn = ({ engine }: Feature): string => engine.output.name;

/** The parts that rows of the oracle must lie in. */
export function partsOf(rows: OracleRows): Parts {
  const parts: Record<string, readonly OracleRow[]> = {};
  for (const [feature, windows] of rows) {
    for (const [window, byPartition] of windows) {
      for (const [partition, part] of byPartition) parts[partName(feature, window, partition)] = part;
    }
  }
  return parts;
}

function partName(feature: string, window: number, partition: number): string {
  const time = new Date(window * 1000).toISOString();
  const [year, month, day, hour, minutes] = [
    time.slice(0, 4),
    time.slice(5, 7),
    time.slice(8, 10),
    time.slice(11, 13),
    time.slice(14, 16),
  ];
  const folder = `features_store/${feature}/year=${year}/month=${month}/day=${day}/hour=${hour}/ten_mins=${minutes}`;
  return `${folder}/part-0000${partition}.parquet`;
}

/** For each key the row of the newest window that has it: what must be online. */
export function newestOf(rows: OracleRows): Record<string, OnlineRow[]> {
  const tables: Record<string, OnlineRow[]> = {};
  for (const { name } of features) {
    const newest = new Map<string, OnlineRow>();
    for (const [window, parts] of [...(rows.get(name) ?? [])].sort(([a], [b]) => a - b)) {
      for (const row of [...parts.values()].flat()) newest.set(keyOf(row), { ...row, window });
    }
    tables[name] = [...newest.values()].sort(byKey);
  }
  return tables;
}

/** The name of every object of a store with its hash. What a writer that was killed has left unfinished is no object. */
export function objects(store: string): Record<string, string> {
  const folder = join(store, 'features_store');
  if (!existsSync(folder)) return {};
  return Object.fromEntries(Object.entries(treeHash(folder)).filter(([name]) => !name.endsWith('.tmp')));
}

/** Every part as hyparquet reads it. */
export async function partsByHyparquet(store: string): Promise<Parts> {
  const parts: Record<string, readonly OracleRow[]> = {};
  for (const name of Object.keys(objects(store))) {
    const bytes = readFileSync(join(store, 'features_store', name));
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    parts[`features_store/${name}`] = (await parquetReadObjects({ file })).map((row) => rowOf(row, name.split('/')[0]));
  }
  return parts;
}

/** Every part as DuckDB reads it. */
export async function partsByDuckDb(store: string): Promise<Parts> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  const parts: Record<string, OracleRow[]> = {};
  for (const { name } of features) {
    const files = `'${store}/features_store/${name}/**/*.parquet'`;
    const sql = `SELECT *, filename FROM read_parquet(${files}, filename = true, hive_partitioning = false, file_row_number = true) ORDER BY filename, file_row_number`;
    const found = Object.keys(objects(store)).some((object) => object.startsWith(`${name}/`));
    for (const row of found ? (await connection.runAndReadAll(sql)).getRowObjects() : []) {
      const path = String(row['filename']).slice(store.length + 1);
      (parts[path] ??= []).push(rowOf(row, name));
    }
  }
  connection.closeSync();
  instance.closeSync();
  return parts;
}

function rowOf(row: Record<string, unknown>, feature: string): OracleRow {
  const value = row[valueColumn(features.find(({ name }) => name === feature)!)];
  if (typeof value !== 'bigint') throw new Error(`the value is no INT64: ${String(value)}`);
  return {
    id: row['id'] as string,
    country: row['country'] as string,
    brand: row['brand'] as string,
    value: Number(value),
  };
}

/** The rows that are online, by feature; all of them are final. */
export function onlineRows(store: string): Record<string, OnlineRow[]> {
  using database = new DatabaseSync(join(store, 'online.db'), { readOnly: true });
  const tables: Record<string, OnlineRow[]> = {};
  for (const feature of features) {
    const isThere = database.prepare('SELECT 1 FROM sqlite_master WHERE name = ?').get(feature.name);
    const sql = `SELECT id, country, brand, ${valueColumn(feature)} AS value, window_start AS window, final FROM ${feature.name}`;
    const rows = (isThere ? database.prepare(sql).all() : []) as unknown as (OnlineRow & { final: number })[];
    const provisional = rows.filter(({ final }) => final !== 1);
    if (provisional.length > 0) throw new Error(`provisional rows are left: ${JSON.stringify(provisional)}`);
    tables[feature.name] = rows
      .map(({ id, country, brand, value, window }) => ({ id, country, brand, value, window }))
      .sort(byKey);
  }
  return tables;
}

/** All that is online, down to revisions and write times, for runs that must write nothing. */
export function onlineTables(store: string): unknown[] {
  using database = new DatabaseSync(join(store, 'online.db'), { readOnly: true });
  const tables = database.prepare(`SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name`).all();
  return tables.map(({ name }) => ({
    name,
    rows: database.prepare(`SELECT * FROM ${String(name)} ORDER BY 1, 2, 3`).all(),
  }));
}

/** The revision of each window that a store holds, by feature and window. */
export function revisions(store: string): Record<string, number> {
  using database = new DatabaseSync(join(store, 'catalogue.db'), { readOnly: true });
  const rows = database
    .prepare('SELECT feature, window, max(revision) AS revision FROM window_parts GROUP BY 1, 2 ORDER BY 1, 2')
    .all();
  return Object.fromEntries(
    rows.map(({ feature, window, revision }) => [`${feature} ${windowStart(Number(window))}`, Number(revision)]),
  );
}

const keyOf = ({ id, country, brand }: OracleRow): string => JSON.stringify([id, country, brand]);

const byKey = (a: OracleRow, b: OracleRow): number => (keyOf(a) < keyOf(b) ? -1 : 1);

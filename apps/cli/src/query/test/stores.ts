import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { features } from '@neartime/features';
import { type Format, formats, openFeatureStore } from '../index.ts';
import { literal } from '../sql-text.ts';

/** id, country, brand, value */
export type Row = readonly [string, string, string, number];

export const temporaryFolder = (): string => realpathSync(mkdtempSync(join(tmpdir(), 'neartime-query-')));

export const partPath = (store: string, feature: string, day: string, hour = '09', part = 0): string =>
  join(
    store,
    'features_store',
    feature,
    `year=2018/month=08/day=${day}/hour=${hour}/ten_mins=30/part-0000${part}.parquet`,
  );

/** Writes a part, as any Parquet writer would. */
export async function writePart(path: string, valueName: string, rows: readonly Row[]): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`CREATE TABLE part (id VARCHAR, country VARCHAR, brand VARCHAR, ${valueName} BIGINT)`);
  for (const [id, country, brand, value] of rows) {
    await connection.run(`INSERT INTO part VALUES (${[id, country, brand].map(literal).join()}, ${value})`);
  }
  await connection.run(`COPY part TO ${literal(path)} (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
}

export const browsed = (path: string, ...rows: Row[]): Promise<void> => writePart(path, 'last_action_timestamp', rows);

/** The answer of a store, as it would be printed. */
export async function answer(store: string, sql: string, format: Format = 'csv'): Promise<string> {
  using open = await openFeatureStore(store, features);
  let text = '';
  for await (const piece of formats[format](await open.query(sql))) text += piece;
  return text;
}

/** Of every name, kind, byte and time below a folder. */
export function treeHash(folder: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()) {
    const path = join(folder, name);
    const { mode, mtimeNs } = lstatSync(path, { bigint: true });
    hash.update(JSON.stringify([name, String(mode), String(mtimeNs)]));
    const kind = lstatSync(path);
    if (kind.isSymbolicLink()) hash.update(readlinkSync(path));
    if (kind.isFile()) hash.update(readFileSync(path));
  }
  return hash.digest('hex');
}

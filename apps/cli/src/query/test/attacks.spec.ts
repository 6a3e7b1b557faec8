import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Failure } from '../../failure.ts';
import { openSandbox } from '../sandbox.ts';
import { answer, browsed, partPath, temporaryFolder, treeHash, writePart } from './stores.ts';

const root = temporaryFolder();
const store = join(root, 'store');
const outside = join(root, 'outside');
const home = join(root, 'home');
const here = join(root, 'here');
const inside = join(store, 'features_store');
const part = partPath(store, 'device_last_browse', '01');
const secret = 'what nobody may read';
const cwd = process.cwd();
const homeBefore = process.env['HOME'];

const table = 'features_store.device_last_browse';
const copy = (to: string) => `COPY (SELECT 1) TO '${to}'`;

/** Every one is refused, tells nothing of what lies outside, and leaves no trace anywhere. */
const attacks: Readonly<Record<string, readonly string[]>> = {
  'other statements': [
    copy(`${outside}/out.csv`),
    copy(`${inside}/out.csv`),
    copy(part),
    copy('out.csv'),
    `COPY (SELECT 1) TO '${store}/parts' (FORMAT parquet, PARTITION_BY (a), OVERWRITE true)`,
    `COPY ${table} TO '/dev/stdout'`,
    `COPY ${table} FROM '${outside}/secret.csv'`,
    'COPY FROM DATABASE memory TO memory',
    `EXPORT DATABASE '${inside}/dump'`,
    `EXPORT DATABASE '${outside}/dump' (FORMAT parquet)`,
    `IMPORT DATABASE '${outside}'`,
    `ATTACH '${inside}/x.db'`,
    `ATTACH '${outside}/x.db' (TYPE sqlite)`,
    `ATTACH '${store}/online.db' (READ_ONLY)`,
    'DETACH memory',
    'INSTALL httpfs',
    `INSTALL '${outside}/x.duckdb_extension'`,
    'LOAD httpfs',
    `LOAD '${outside}/x.duckdb_extension'`,
    'UPDATE EXTENSIONS',
    `SET allowed_directories = ['/']`,
    'SET enable_external_access = true',
    'RESET lock_configuration',
    `SET temp_directory = '${inside}'`,
    `SET home_directory = '${outside}'`,
    `SET profiling_output = '${inside}/profile.json'`,
    `SET VARIABLE x = 1`,
    `PRAGMA enable_profiling = 'json'`,
    `PRAGMA profile_output = '${inside}/profile.json'`,
    `PRAGMA import_database('${outside}')`,
    'PRAGMA version',
    `CALL enable_logging(storage := 'file', storage_path := '${inside}/logs')`,
    `CALL pragma_version()`,
    'CREATE TABLE t AS SELECT 1',
    'CREATE TEMP TABLE t AS SELECT 1',
    `CREATE OR REPLACE VIEW ${table} AS SELECT 1`,
    'CREATE MACRO f() AS TABLE SELECT 1',
    `CREATE PERSISTENT SECRET s (TYPE s3, KEY_ID 'k', SECRET 's')`,
    `DROP VIEW ${table}`,
    `INSERT INTO ${table} VALUES (1)`,
    `UPDATE ${table} SET id = 'x'`,
    `DELETE FROM ${table}`,
    `MERGE INTO ${table} USING (SELECT 1) ON true WHEN MATCHED THEN DELETE`,
    `ALTER VIEW ${table} RENAME TO x`,
    `TRUNCATE ${table}`,
    'VACUUM',
    'ANALYZE',
    'CHECKPOINT',
    'BEGIN',
    'USE main',
    `COMMENT ON VIEW ${table} IS 'x'`,
    `PREPARE p AS ${copy(`${outside}/out.csv`)}`,
    'EXECUTE p',
    'DEALLOCATE p',
    `EXPLAIN ${copy(`${outside}/out.csv`)}`,
    `EXPLAIN ANALYZE ${copy(`${outside}/out.csv`)}`,
    `EXPLAIN ANALYZE SELECT * FROM read_text('${outside}/secret.txt')`,
  ],
  disguises: [
    `SELECT 1; ${copy(`${outside}/out.csv`)}`,
    `SELECT 1;;; ${copy(`${inside}/out.csv`)};`,
    `${copy(`${outside}/out.csv`)}; SELECT 1`,
    'SELECT 1; SELECT 2',
    `-- SELECT\n${copy(`${outside}/out.csv`)}`,
    `/* SELECT */ ${copy(`${outside}/out.csv`)}`,
    `/* /* */ SELECT 1 */ ${copy(`${outside}/out.csv`)}`,
    `\u00a0\t\r\n${copy(`${outside}/out.csv`)}`,
    `SELECT 1 -- \r; ${copy(`${outside}/out.csv`)}\n; ${copy(`${outside}/out.csv`)}`,
    `SELECT 1\0; ${copy(`${outside}/out.csv`)}`,
    `(${copy(`${outside}/out.csv`)})`,
    `FROM (${copy(`${outside}/out.csv`)})`,
    `WITH x AS (${copy(`${outside}/out.csv`)}) FROM x`,
    `WITH x AS (INSERT INTO ${table} VALUES (1) RETURNING *) FROM x`,
    `PIVOT ${table} ON country`,
    `FROM query('${copy(`${outside}/out.csv`).replaceAll("'", "''")}')`,
    `FROM query('FROM read_text(''${outside}/secret.txt'')')`,
    `FROM query_table('${outside}/secret.csv')`,
    `FROM json_execute_serialized_sql(json_serialize_sql('FROM read_text(''${outside}/secret.txt'')'))`,
  ],
  'table functions with effects': [
    `FROM enable_logging()`,
    `FROM enable_logging(storage := 'file', storage_path := '${inside}/logs')`,
    `FROM enable_logging('QueryLog', storage := 'file', storage_config := {'path': '${outside}/logs'})`,
    `FROM enable_logging(storage := 'stdout')`,
    `FROM enable_profiling(save_location := '${inside}/profile.json', format := 'json')`,
    `FROM system.main.enable_profiling(save_location := '${outside}/profile.json', format := 'json')`,
    `FROM "Enable_Profiling"(save_location := '${inside}/profile.json', format := 'json')`,
    `SELECT (SELECT 1 FROM enable_profiling(save_location := '${inside}/p.json', format := 'json'))`,
    `SELECT 1 WHERE EXISTS (FROM (VALUES (1)) v, LATERAL (FROM enable_profiling(save_location := '${inside}/p.json', format := 'json')))`,
    `WITH x AS (FROM enable_profiling(save_location := '${inside}/p.json', format := 'json')) SELECT 1`,
    'FROM checkpoint()',
    'FROM force_checkpoint()',
    'FROM enable_peg_parser()',
    'FROM truncate_duckdb_logs()',
    'FROM arrow_scan(1, 2, 3)',
  ],
  'files by function': [
    `FROM read_text('${outside}/secret.txt')`,
    `FROM read_text('${inside}/../../outside/secret.txt')`,
    `FROM read_text('../outside/secret.txt')`,
    `FROM read_text('file://${outside}/secret.txt')`,
    `FROM read_text('~/secret.txt')`,
    `FROM read_text('/etc/passwd')`,
    `FROM read_text('/proc/self/environ')`,
    `FROM read_text('${store}/catalogue.db')`,
    `FROM "read_text"('${outside}/secret.txt')`,
    `FROM READ_BLOB('${outside}/secret.txt')`,
    `SELECT (SELECT content FROM read_text('${outside}/secret.txt'))`,
    `SELECT * FROM ${table} JOIN read_csv('${outside}/secret.csv') ON true`,
    `SELECT * FROM ${table} WHERE id IN (SELECT content FROM read_text('${outside}/secret.txt'))`,
    `SELECT * FROM ${table} ORDER BY (SELECT content FROM read_text('${outside}/secret.txt'))`,
    `SELECT 1 UNION ALL SELECT length(content) FROM read_text('${outside}/secret.txt')`,
    `DESCRIBE FROM read_csv('${outside}/secret.csv')`,
    `SUMMARIZE FROM read_csv('${outside}/secret.csv')`,
    `FROM read_csv('${outside}/*.csv', filename = true)`,
    `FROM read_csv('/dev/stdin')`,
    `FROM read_json('${outside}/secret.json')`,
    `FROM read_parquet('${outside}/secret.parquet')`,
    `FROM read_parquet(['${part}', '${outside}/secret.parquet'])`,
    `FROM parquet_metadata('${outside}/secret.parquet')`,
    `FROM parquet_schema('${outside}/secret.parquet')`,
    `FROM sniff_csv('${outside}/secret.csv')`,
    `FROM read_duckdb('${outside}/x.db', table_name := 't')`,
    `FROM glob('${outside}/*')`,
    `FROM glob('/**')`,
    `FROM sql_auto_complete('FROM ''${outside}/')`,
    `FROM duckdb_secrets()`,
    `FROM duckdb_extensions()`,
  ],
  'files by name': [
    `FROM '${outside}/secret.csv'`,
    `FROM '${outside}/secret.parquet'`,
    `FROM "${outside}/secret.json"`,
    `FROM '${outside}/*.parquet'`,
    `FROM '../outside/secret.csv'`,
    `FROM '~/secret.csv'`,
    `FROM '${inside}/../../outside/secret.parquet'`,
    `FROM '/etc/passwd'`,
    `FROM 'https://example.com/secret.csv'`,
    `FROM 's3://bucket/secret.parquet'`,
    `DESCRIBE '${outside}/secret.csv'`,
    `SUMMARIZE '${outside}/secret.csv'`,
    `TABLE '${outside}/secret.csv'`,
  ],
  'links inside the store that lead out of it': [
    `FROM '${inside}/link.csv'`,
    `FROM '${inside}/linked/secret.csv'`,
    `FROM '${inside}/linked/*.parquet'`,
    'FROM features_store.user_last_login',
    'SELECT count(*) FROM features_store.user_last_login',
    'FROM features_store.user_num_posts',
  ],
  'the environment': [`SELECT getenv('HOME')`, `SELECT getvariable('HOME') FROM read_text('/proc/self/environ')`],
};

beforeAll(async () => {
  for (const folder of [outside, home, here]) mkdirSync(folder, { recursive: true });
  writeFileSync(join(outside, 'secret.txt'), secret);
  writeFileSync(join(outside, 'secret.csv'), `id,text\n1,${secret}\n`);
  writeFileSync(join(outside, 'secret.json'), JSON.stringify([{ id: 1, text: secret }]));
  cpSync(outside, home, { recursive: true });
  await browsed(join(outside, 'secret.parquet'), [secret, 'pl', 'olx', 1]);
  await browsed(part, ['device-1', 'pl', 'olx', 1_533_115_800]);
  writeFileSync(join(store, 'catalogue.db'), secret);
  writeFileSync(join(store, 'online.db'), secret);
  symlinkSync(join(outside, 'secret.csv'), join(inside, 'link.csv'));
  symlinkSync(outside, join(inside, 'linked'));
  // One feature with a part that leads out, one with a folder of windows that does.
  await browsed(partPath(store, 'user_last_login', '01'), ['user-1', 'pl', 'olx', 1]);
  symlinkSync(join(outside, 'secret.parquet'), partPath(store, 'user_last_login', '01', '09', 1));
  await writePart(partPath(store, 'user_num_posts', '01'), 'actions_count', [['user-1', 'pl', 'olx', 1]]);
  await writePart(join(outside, 'ten_mins=30/part-00000.parquet'), 'actions_count', [[secret, 'pl', 'olx', 1]]);
  symlinkSync(outside, join(inside, 'user_num_posts/year=2018/month=08/day=01/hour=10'));
  process.chdir(here);
  process.env['HOME'] = home;
});

afterAll(() => {
  process.chdir(cwd);
  process.env['HOME'] = homeBefore;
  rmSync(root, { recursive: true });
});

for (const [kind, statements] of Object.entries(attacks)) {
  describe(`refuses, without a trace: ${kind}`, () => {
    it.each(statements)('%s', async (sql) => {
      const before = treeHash(root);
      const failure = await answer(store, sql).then(
        (text) => new Error(`answered ${text}`),
        (error: unknown) => error as Error,
      );
      expect(failure).toBeInstanceOf(Failure);
      expect(failure.message).toMatch(/^query: [^\n\r]+$/);
      expect(failure.message).not.toContain(secret);
      expect(treeHash(root)).toBe(before);
    });
  });
}

const behindTheGate = [
  ...attacks['files by function']!.filter(
    (sql) => /outside|home|etc|proc|dev|catalogue/.test(sql) && !sql.includes('complete'),
  ),
  ...attacks['files by name']!,
  ...attacks['other statements']!.filter((sql) =>
    /^(SET|RESET) (?!VARIABLE)|^(INSTALL|LOAD|ATTACH .*online)/.test(sql),
  ),
];

describe('DuckDB refuses it too, were the statement let through', () => {
  it.each(behindTheGate)('%s', async (sql) => {
    using sandbox = await openSandbox(inside);
    const before = treeHash(root);
    await expect(sandbox.connection.run(sql)).rejects.toThrow(/^(?!Parser)/);
    expect(treeHash(root)).toBe(before);
  });
});

it('leaves the settings locked behind it, whatever was tried', async () => {
  expect(
    await answer(
      store,
      `SELECT current_setting('lock_configuration') AS locked, current_setting('temp_directory') AS spill`,
    ),
  ).toBe('locked,spill\r\ntrue,""\r\n');
});

it('still answers what was asked of the store itself', async () => {
  expect(await answer(store, `SELECT id FROM ${table}`)).toBe('id\r\ndevice-1\r\n');
});

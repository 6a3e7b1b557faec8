import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Sqlite } from '../src/embedded/sqlite.ts';
import { asNobody, canBeNobody } from './as-nobody.ts';
import { newFolder } from './opened.ts';

const open = (path: string, readOnly = false) =>
  new Sqlite(path, { readOnly, schema: 'CREATE TABLE IF NOT EXISTS t (text)', synchronous: 'FULL' });

it.each([
  ['a folder in its place', (path: string) => mkdirSync(path), 'a folder is in its place; move it away'],
  [
    'a file that is no database',
    (path: string) => writeFileSync(path, 'x'.repeat(5000)),
    'it is not a SQLite database; restore it',
  ],
])('says what is wrong with %s', (_, spoil, why) => {
  using folder = newFolder();
  const path = join(folder.path, 'online.db');
  spoil(path);
  expect(() => open(path)).toThrow(`store: cannot open ${path}: ${why}`);
});

it.each([false, true])('says that there is no such place (to read only: %s)', (readOnly) => {
  using folder = newFolder();
  const path = join(folder.path, 'missing', 'online.db');
  expect(() => open(path, readOnly)).toThrow(`store: cannot open ${path}: it is not there; look at the path (ENOENT)`);
});

it.runIf(canBeNobody)('says that this user may not write the folder', async () => {
  using folder = newFolder();
  const path = join(folder.path, 'online.db');
  await asNobody(folder.path, { path: folder.path, mode: 0o555 }, async () => {
    expect(() => open(path)).toThrow(
      `store: cannot open ${path}: this user may not; grant it or choose another folder (EACCES)`,
    );
  });
});

it('says that the disk is full, names the file and keeps what was committed', () => {
  using folder = newFolder();
  const path = join(folder.path, 'online.db');
  using sqlite = open(path);
  sqlite.run('INSERT INTO t VALUES (?)', 'kept');
  sqlite.exec('PRAGMA max_page_count = 4');
  const fill = () => sqlite.transaction(() => sqlite.run('INSERT INTO t VALUES (?)', 'x'.repeat(50_000)));
  expect(fill).toThrow(`store: cannot read or write ${path}: the disk is full; make room and run again`);
  expect(sqlite.all('SELECT text FROM t')).toEqual([{ text: 'kept' }]);
});

it('undoes a transaction that fails, and hands its error on as it is', () => {
  using folder = newFolder();
  using sqlite = open(join(folder.path, 'online.db'));
  const fault = new Error('not of the store');
  const work = () =>
    sqlite.transaction(() => {
      sqlite.run('INSERT INTO t VALUES (?)', 'undone');
      throw fault;
    });
  expect(work).toThrow(fault);
  expect(sqlite.all('SELECT text FROM t')).toEqual([]);
});

it('flushes every commit, but for what is found out again', () => {
  using folder = newFolder();
  using sqlite = open(join(folder.path, 'catalogue.db'));
  const synchronous = () => sqlite.get<{ synchronous: number }>('PRAGMA synchronous')!.synchronous;
  const [normal, full] = [1, 2];
  expect(synchronous()).toBe(full);
  expect(sqlite.unflushed(synchronous)).toBe(normal);
  expect(synchronous()).toBe(full);
});

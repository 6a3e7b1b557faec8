import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StoreError } from '../store-error.ts';

/**
 * Makes this process the only writer of a store folder until it is disposed. The lock is SQLite's own lock of a small
 * database, which the operating system lets go when the process ends, however it ends.
 */
export function lockStore(folder: string): Disposable {
  const path = join(folder, '.lock');
  const holder = join(folder, '.lock.pid');
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    throw new StoreError(`store: ${folder} is in use by another neartime process${pidIn(holder)}; wait for it or end it`, { cause });
  }
  writeFileSync(holder, String(process.pid));
  return { [Symbol.dispose]: () => database.close() };
}

function pidIn(path: string): string {
  try {
    return ` (pid ${readFileSync(path, 'utf8')})`;
  } catch {
    return '';
  }
}

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StoreError } from '../store-error.ts';
import { isBusy, isSqliteError, openFailure, systemFailure } from './failure.ts';

/**
 * Makes this process the only writer of a store folder until it is disposed. The lock is SQLite's own lock of a small
 * database, which the operating system lets go when the process ends, however it ends.
 */
export function lockStore(folder: string): Disposable {
  const path = join(folder, '.lock');
  const holder = join(folder, '.lock.pid');
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: 0 });
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    writeFileSync(holder, String(process.pid));
  } catch (cause) {
    if (database?.isOpen) database.close();
    if (isBusy(cause)) throw inUse(folder, holder, cause);
    if (isSqliteError(cause))
      throw openFailure(`store: cannot lock ${folder} with ${path}`, cause, path, { readOnly: false });
    throw systemFailure(`store: cannot lock ${folder} with ${holder}`, cause);
  }
  const held = database;
  return {
    [Symbol.dispose]() {
      rmSync(holder, { force: true });
      held.close();
    },
  };
}

const inUse = (folder: string, holder: string, cause: unknown): StoreError =>
  new StoreError(`store: ${folder} is in use by another neartime process${pidIn(holder)}; wait for it or end it`, {
    cause,
    retriable: true,
  });

function pidIn(path: string): string {
  try {
    return ` (pid ${Number(readFileSync(path, 'utf8'))})`;
  } catch {
    return '';
  }
}

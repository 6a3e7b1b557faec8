import { accessSync, closeSync, constants, openSync, readSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Refusal, lasting, systemRefusals } from '../refusals.ts';
import { StoreError } from '../store-error.ts';

const sqliteReadOnly = 8;
const sqliteFull = 13;
const sqliteCannotOpen = 14;
/** By SQLite's primary result code. */
const ofSqlite: Readonly<Record<number, Refusal>> = {
  5: systemRefusals.EBUSY,
  6: systemRefusals.EBUSY,
  [sqliteReadOnly]: systemRefusals.EROFS,
  10: systemRefusals.EIO,
  11: lasting('the database is damaged; restore it, or move it away and build the store again'),
  [sqliteFull]: systemRefusals.ENOSPC,
  26: lasting('it is not a SQLite database; restore it, or move it away and build the store again'),
};

type Cause = NodeJS.ErrnoException & { readonly errcode?: number };

/** SQLITE_IOERR_SHMSIZE: the file that a log needs beside it found no room. */
const noRoomForLog = 4874;

const primary = (cause: unknown): number | undefined => {
  const { errcode } = cause as Cause;
  if (errcode === noRoomForLog) return sqliteFull;
  return errcode === undefined ? undefined : errcode & 0xff;
};

export const isSqliteError = (cause: unknown): boolean => primary(cause) !== undefined;

/** Another connection has the lock. */
export const isBusy = (cause: unknown): boolean => primary(cause) === 5;

export const errorCode = (cause: unknown): string | undefined => (cause as Cause).code;

/** A failed call of the operating system as one line: what could not be done, why, and what helps. */
export function systemFailure(what: string, cause: unknown): StoreError {
  const code = errorCode(cause) ?? '';
  const { why, retriable } = systemRefusals[code] ?? lasting((cause as Error).message);
  return new StoreError(`${what}: ${why}${code && ` (${code})`}`, { cause, retriable });
}

/** A failed call of SQLite as one line. */
export function sqliteFailure(what: string, cause: unknown): StoreError {
  const { why, retriable } = ofSqlite[primary(cause) ?? 0] ?? lasting((cause as Error).message);
  return new StoreError(`${what}: ${why}`, { cause, retriable });
}

/** A failure of SQLite to open or lock the file `path`, which it has closed again, as one line. */
export function openFailure(
  what: string,
  cause: unknown,
  path: string,
  { readOnly }: { readOnly: boolean },
): StoreError {
  const isDenied = primary(cause) === sqliteCannotOpen || primary(cause) === sqliteReadOnly;
  const denied = isDenied ? whyDenied(path, readOnly) : undefined;
  return denied ? systemFailure(what, denied) : sqliteFailure(what, cause);
}

/**
 * SQLite says only that it cannot open a file or write it; where it is opened once more the system says why. Not while SQLite
 * has it open: closing it would take SQLite's locks away.
 */
function whyDenied(path: string, readOnly: boolean): unknown {
  try {
    const file = openSync(path, readOnly ? 'r' : 'a+');
    try {
      readSync(file, new Uint8Array(1));
    } finally {
      closeSync(file);
    }
    if (!readOnly) accessSync(dirname(path), constants.W_OK);
    return undefined;
  } catch (error) {
    return error;
  }
}

import { accessSync, closeSync, constants, openSync, readSync } from 'node:fs';
import { dirname } from 'node:path';
import { StoreError } from '../store-error.ts';

interface Reason {
  readonly why: string;
  readonly retriable: boolean;
}

/** It stays until somebody does something. */
const lasting = (why: string): Reason => ({ why, retriable: false });
/** It may be over the next time. */
const passing = (why: string): Reason => ({ why, retriable: true });

const full = lasting('the disk is full; make room and run again');
const forbidden = passing('this user may not; grant it or choose another folder');
const readOnly = lasting('it can only be read; choose another folder');
const broken = passing('the disk, or the network to it, failed; look at it and run again');
const busy = passing('another process has it in use; wait for it or end it');
const tooManyOpen = passing('too many files are open; raise the limit (ulimit -n) or run again');
const folderInPlace = lasting('a folder is in its place; move it away');
const fileInPlace = lasting('a file is in the place of its folder; move it away');

const ofSystem: Readonly<Record<string, Reason>> = {
  ENOSPC: full,
  EDQUOT: full,
  EACCES: forbidden,
  EPERM: forbidden,
  EROFS: readOnly,
  EIO: broken,
  ESTALE: broken,
  ETIMEDOUT: broken,
  EBUSY: busy,
  EAGAIN: busy,
  EMFILE: tooManyOpen,
  ENFILE: tooManyOpen,
  EISDIR: folderInPlace,
  ENOTDIR: fileInPlace,
  EEXIST: fileInPlace,
  ENOENT: lasting('it is not there; look at the path'),
};

const sqliteReadOnly = 8;
const sqliteFull = 13;
const sqliteCannotOpen = 14;
/** By SQLite's primary result code. */
const ofSqlite: Readonly<Record<number, Reason>> = {
  5: busy,
  6: busy,
  [sqliteReadOnly]: readOnly,
  10: broken,
  11: lasting('the database is damaged; restore it, or move it away and build the store again'),
  [sqliteFull]: full,
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
  const { why, retriable } = ofSystem[code] ?? lasting((cause as Error).message);
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

/** Something that went wrong and that its message tells in full: one line, what is the matter and what to do. Exit code 1. */
export class Failure extends Error {}

/** A wrong flag, argument or name: the command was not understood, nothing was done. Exit code 2. */
export class UsageError extends Failure {}

/** What is the matter where the operating system refuses, and what to do. */
const refusals: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; make room and run again',
  EDQUOT: 'the quota of the disk is used up; make room and run again',
  EACCES: 'this user may not; grant it or choose another folder',
  EPERM: 'this user may not; grant it or choose another folder',
  EROFS: 'it can only be read; choose another folder',
  EISDIR: 'a folder is in its place; move it away or choose another place',
  ENOTDIR: 'a part of the path is a file; choose another folder',
  EEXIST: 'a file is in its place; move it away or choose another folder',
  ENOENT: 'it is not there; look at the path',
  ENAMETOOLONG: 'the name is too long; choose a shorter path',
  ELOOP: 'its links lead in a circle; choose another path',
  EMFILE: 'too many files are open; raise the limit (ulimit -n) or run again',
  ENFILE: 'too many files are open on this machine; end other programs or run again',
  EIO: 'the disk, or the network to it, failed; look at it and run again',
};

const calls: Readonly<Record<string, string>> = {
  mkdir: 'make the folder',
  scandir: 'list the folder',
  opendir: 'list the folder',
  rmdir: 'remove the folder',
  unlink: 'remove',
  stat: 'look at',
  lstat: 'look at',
};

/** What the operating system refused, as one line: what could not be done, why, and what to do. */
export function systemFailure(what: string, cause: unknown): Failure {
  const { code = '' } = cause as NodeJS.ErrnoException;
  return new Failure(`${what}: ${refusals[code] ?? oneLine(cause)}${code && ` (${code})`}`, { cause });
}

/** The failure that an error of the operating system is where nobody knew more of it; `undefined` for any other error. */
export function asSystemFailure(error: unknown): Failure | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, syscall, path } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) return undefined;
  return systemFailure(`cannot ${calls[syscall] ?? syscall}${path === undefined ? '' : ` ${path}`}`, error);
}

/** What an error says, in one line. */
export const oneLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).trim().replace(/\s*\n\s*/g, ' ');

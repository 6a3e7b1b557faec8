import { systemRefusals } from '@neartime/streams/refusals';

/** Something that went wrong and that its message tells in full: one line, what is the matter and what to do. Exit code 1. */
export class Failure extends Error {}

/** A wrong flag, argument or name: the command was not understood, nothing was done. Exit code 2. */
export class UsageError extends Failure {}

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
  return new Failure(`${what}: ${systemRefusals[code]?.why ?? oneLine(cause)}${code && ` (${code})`}`, { cause });
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

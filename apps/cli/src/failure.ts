/** Something that went wrong and that its message tells in full: one line, what is the matter and what to do. Exit code 1. */
export class Failure extends Error {}

/** A wrong flag, argument or name: the command was not understood, nothing was done. Exit code 2. */
export class UsageError extends Failure {}

/** The limits of the line rules, in one place because docs, reader, oracle and generator must agree on them. */
export const maxLineBytes = 1024 * 1024;
export const maxTextBytes = 1024;
export const maxWindowsPerFile = 10_000;
/** Seconds by which an event may be later than its file's name says. */
export const futureToleranceSeconds = 300;
/** 2000-01-01 and 2100-01-01, in epoch seconds: the first that is accepted, and the first that is not. */
export const earliestTimestamp = 946_684_800;
export const timestampBound = 4_102_444_800;
/** A timestamp from here on is read as milliseconds. */
export const millisecondsFrom = 1e11;

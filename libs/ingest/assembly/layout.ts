/*
 * Where things lie in the scanner's memory. The host reads the places from the exports of line-scanner.ts; none is said twice.
 * Below `fields` the compiler keeps its own.
 */

export const maxFields: u32 = 64;
/** Keys of fields lie side by side, each with room for the longest one. */
export const keyRoom: u32 = 256;
/** Lines that one call of `scan` gives at most. */
export const blockLines: u32 = 1024;
/** Room for the text that cleaning changes, for all lines of a block. */
export const cleanedRoom: u32 = 256 * 1024;
/** Room for lines: the longest one, the piece that ends it, and what a load of 16 bytes may pass its end by. */
export const inputRoom: u32 = 1024 * 1024 + 256 * 1024 + 64;

const fields: u32 = 4096;

/** What the host says of each field: its kind (u8), its scale as a factor (f64), its key (bytes). */
export const kinds: u32 = fields;
export const factors: u32 = kinds + maxFields;
export const keys: u32 = factors + maxFields * 8;
/** The first field (i16) whose key has so many bytes, and the next one of the same length; -1 for none. */
export const firstOfLength: u32 = keys + maxFields * keyRoom;
export const nextOfLength: u32 = firstOfLength + keyRoom * 2;
/** Which text fields (u8) of the line in hand hold something to clean. */
export const unclean: u32 = nextOfLength + maxFields * 2;

/** The remembered keys, see key-patterns.ts. */
export const patterns: u32 = 32 * 1024;
export const patternRoom: u32 = 80;
export const mostPatterns: u32 = 255;

/** The lines of a block: where each begins (u32), then field by field as an event view shows them (u32, u32, f64). */
export const lineStarts: u32 = 64 * 1024;
export const starts: u32 = lineStarts + (blockLines + 2) * 4;
export const ends: u32 = starts + blockLines * maxFields * 4;
export const numbers: u32 = ends + blockLines * maxFields * 4;

export const cleaned: u32 = numbers + blockLines * maxFields * 8;
export const input: u32 = cleaned + cleanedRoom;
export const memoryEnd: u32 = input + inputRoom;

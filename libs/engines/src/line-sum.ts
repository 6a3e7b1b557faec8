import type { LineSum } from '@neartime/schemas';

/*
 * Which lines a window was made of, as a number that can be compared: how many, and the sum of a hash of each. Sums do not
 * depend on the order and add up over files, so "the lines that a window holds" and "the lines that its files sent to it"
 * are compared without listing either.
 *
 * A line's hash is seed(file) × h(line number), in two lanes modulo 2^32. Being linear in the seed, the sum over a file's
 * lines can be made before the file's identity is known (it rests on the content's hash) and be seeded afterwards.
 */

export const noLines: LineSum = { lines: 0, high: 0, low: 0 };

export const addLineSums = (a: LineSum, b: LineSum): LineSum => ({
  lines: a.lines + b.lines,
  high: (a.high + b.high) | 0,
  low: (a.low + b.low) | 0,
});

export const sameLines = (a: LineSum, b: LineSum): boolean =>
  a.lines === b.lines && a.high === b.high && a.low === b.low;

/** What a file's identity makes of the hash of each of its lines. */
export interface LineSeed {
  readonly high: number;
  readonly low: number;
}

/** `fileId` is a hex string of at least 16 digits. */
export const seedOf = (fileId: string): LineSeed => ({
  high: Number.parseInt(fileId.slice(0, 8), 16) | 1,
  low: Number.parseInt(fileId.slice(8, 16), 16) | 1,
});

/** Turns the unseeded sum of a file's lines into theirs. */
export function seedLineSum(sum: LineSum, fileId: string): LineSum {
  const seed = seedOf(fileId);
  return { lines: sum.lines, high: Math.imul(sum.high, seed.high), low: Math.imul(sum.low, seed.low) };
}

export const lineHashHigh = (line: number): number => fmix32(Math.imul(line, 0x9e3779b1));
export const lineHashLow = (line: number): number => fmix32(Math.imul(line, 0x85ebca77) ^ 0x27d4eb2f);

/** The finalizer of MurmurHash3 (Austin Appleby, public domain). */
function fmix32(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

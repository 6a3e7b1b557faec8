import type { Entity } from './event-schema.ts';

/** Which lines a window was made of: how many, and the two lanes of the sum of their hashes, modulo 2^32. */
export interface LineSum {
  readonly lines: number;
  readonly high: number;
  readonly low: number;
}

/** The lines that one file sent to a window, by entity and partition; `window` is its start in epoch seconds. */
export interface WindowLines {
  readonly entity: Entity;
  readonly window: number;
  readonly partition: number;
  readonly lines: LineSum;
}

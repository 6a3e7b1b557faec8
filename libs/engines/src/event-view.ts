/**
 * One event where it lies in memory: text field i is `bytes[starts[at + i], ends[at + i])` (missing when empty), numeric field
 * i is `numbers[at + i]` (missing when NaN). Fields are numbered in the order of the event schema.
 * The view is reused for the next event: whoever keeps anything of it copies it.
 */
export interface EventView {
  bytes: Uint8Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly numbers: Float64Array;
  /** Where the event's fields begin in the three arrays. */
  at: number;
  /** 1 for the first line of the file; blank and rejected lines count. */
  line: number;
}

/** The places of the fields that every event has, as `BaseFields` lists them. */
export const fieldIndex = { eventName: 0, timestamp: 1, deviceId: 2, userId: 3, country: 4, brand: 5 } as const;

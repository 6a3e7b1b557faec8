import type { PartRows, RowKey } from '@neartime/schemas';

/** A provisional row counts the lines folded so far; a final one (revision 0) and revised ones (1, 2, …) stand above all of them. */
export type Revision = { readonly provisional: number } | { readonly final: number };

const finalFrom = 500_000_000;

/** The write time of a row, in µs: the window's start plus the lines so far, or plus 500,000,000 and the revision. */
export const writeTimeOf = (window: number, revision: Revision): number =>
  window * 1e6 + ('final' in revision ? finalFrom + revision.final : Math.min(revision.provisional, finalFrom - 1));

/** A table of the online store: the latest row of each id, country and brand. */
export interface OnlineTable {
  readonly feature: string;
  readonly column: string;
  readonly type: 'INT64' | 'DOUBLE';
}

/** A row with its evidence. */
export interface OnlineRow extends RowKey {
  readonly value: number | bigint;
  /** Start of the window that it was made of, in epoch seconds. */
  readonly window: number;
  readonly final: boolean;
  /** 0 for the final row, 1, 2, … for revised ones; a provisional row has 0. */
  readonly revision: number;
  /** When it was written, in epoch seconds. */
  readonly writtenAt: number;
}

/** The rows of one part, to be written with one write time. */
export interface OnlineWrite {
  readonly table: OnlineTable;
  readonly window: number;
  readonly revision: Revision;
  readonly rows: PartRows;
  readonly writtenAt: number;
}

/**
 * The latest row of each key, for services. A write never goes back: a row with a lower write time than the standing one is
 * passed over. So writing again lands on itself, and a write that failed on its way, when some rows may stand, is simply repeated.
 */
export interface OnlineStore extends OnlineReader {
  /** A key may be in two of the writes only with different write times. */
  write(writes: readonly OnlineWrite[]): Promise<void>;
}

/** Keys that a window had, and that a revision of it has not any more. */
export interface Withdrawal {
  readonly table: OnlineTable;
  readonly window: number;
  readonly revision: number;
  readonly keys: readonly RowKey[];
}

/** An online store that revisions take rows from. A window's revisions come to it in order, each withdrawal before its rows. */
export interface RevisableOnlineStore extends OnlineStore {
  /** Where the latest row of a key is of this window, that of the newest older window takes its place; without one the key has none. */
  withdraw(withdrawal: Withdrawal): Promise<void>;
}

/** What a service asks of the online store. */
export interface OnlineReader {
  /** The rows of an id, by country and brand. */
  get(table: OnlineTable, id: string): Promise<OnlineRow[]>;
}

/** An online store that keeps the rows of windows too. */
export interface OnlineWindows {
  /** The rows of an id in its last windows, so many at most: the newest window first, in a window by country and brand. */
  windowsOf(table: OnlineTable, id: string, windows: number): Promise<OnlineRow[]>;
}

/** An online store that one process has to itself: whole writes, and what repairs need. */
export interface ExclusiveOnlineStore extends OnlineStore {
  /**
   * All of them or none, and nobody sees them before `ready` is fulfilled: until then a store may prepare what it can. When
   * `ready` is rejected nothing is written, and its reason is thrown; it must not wait for another call of this store. A key
   * may be in two of the writes only with different write times.
   */
  write(writes: readonly OnlineWrite[], ready?: Promise<unknown>): Promise<void>;
  /** The keys of provisional rows of a window: once its final rows are written, those that are left stand for nothing. */
  provisionalKeys(table: OnlineTable, window: number): Promise<RowKey[]>;
  /** Starts of the windows that have rows, in order. Reads the whole table: for repairs. */
  windows(table: OnlineTable): Promise<number[]>;
  /** The keys whose standing row is of this window. Reads the whole table: for repairs. */
  keysOf(table: OnlineTable, window: number): Promise<RowKey[]>;
  /**
   * Deletes the rows that `window` does not have any more and puts these, of older windows, in their place, as if they were
   * written: where a newer one stands for the key, it stays.
   */
  replace(table: OnlineTable, window: number, keys: readonly RowKey[], rows: readonly OnlineRow[]): Promise<void>;
  /** What was written before is on the disk when it returns: the caller may say so elsewhere. */
  flush(): Promise<void>;
}

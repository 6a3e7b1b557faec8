import { KeyTable } from './key-table.ts';

/**
 * Tables that are used again from one fold to the next, one fold at a time: they have grown to the size that is needed, and
 * their memory need not be asked for, and collected, for every file.
 */
export class SpareTables {
  readonly #tables = new Map<string, KeyTable>();

  /** The table of a name, without keys. Whoever had it before does not use it any more. */
  take(name: string): KeyTable {
    const table = this.#tables.get(name) ?? new KeyTable(1024);
    table.clear();
    this.#tables.set(name, table);
    return table;
  }
}

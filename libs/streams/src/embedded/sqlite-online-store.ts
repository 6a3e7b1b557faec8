import type { StatementSync } from 'node:sqlite';
import type { PartRows, RowKey } from '@neartime/schemas';
import { type OnlineRow, type OnlineStore, type OnlineTable, type OnlineWrite, writeTimeOf } from '../online-store.ts';
import { type SqlValue, Sqlite } from './sqlite.ts';

/** Rows a statement takes: SQLite costs about a third less a row than with one row each. */
const rowsAtOnce = 50;

/** The log grows to 32 MB before it is folded in: at SQLite's own 1000 pages that costs a third of the time to write. */
const checkpointPages = 8000;

interface StoredRow extends RowKey {
  readonly value: number | bigint;
  readonly window_start: number;
  readonly revision: number;
  readonly final: number;
  readonly written_at: number;
}

/**
 * The latest rows in one SQLite file, a table a feature. Of two writes with the same write time the later one stands: there is
 * one writer, and it may have been killed and have learnt more since.
 */
export class SqliteOnlineStore implements OnlineStore, Disposable {
  readonly #sqlite: Sqlite;
  readonly #known = new Set<string>();
  /** By table, then by how many rows they take. */
  readonly #upserts = new Map<string, StatementSync[]>();

  constructor(path: string, options: { readOnly: boolean } = { readOnly: false }) {
    this.#sqlite = new Sqlite(path, { ...options, schema: '', synchronous: 'NORMAL', checkpointPages });
  }

  async write(writes: readonly OnlineWrite[]): Promise<void> {
    for (const { table } of writes) this.#ensure(table);
    const parts = writes.map((write) => ({ write, shared: sharedValues(write), ids: idStrings(write.rows), written: 0 }));
    this.#sqlite.transaction(() => {
      for (let part = furthestBehind(parts); part; part = furthestBehind(parts)) {
        const count = Math.min(rowsAtOnce, part.ids.length - part.written);
        this.#upsert(part.write.table, count).run(...boundValues(part, count));
        part.written += count;
      }
    });
  }

  async get(table: OnlineTable, id: string): Promise<OnlineRow[]> {
    if (!this.#exists(table)) return [];
    const sql = `SELECT *, ${table.column} AS value FROM ${table.feature} WHERE id = ? ORDER BY country, brand`;
    return this.#sqlite.allExact<StoredRow>(sql, id).map(onlineRow);
  }

  async provisionalKeys(table: OnlineTable, window: number): Promise<RowKey[]> {
    return this.#keys(table, 'final = 0 AND window_start = ?', window);
  }

  async keysOf(table: OnlineTable, window: number): Promise<RowKey[]> {
    return this.#keys(table, 'window_start = ?', window);
  }

  async windows(table: OnlineTable): Promise<number[]> {
    if (!this.#exists(table)) return [];
    const sql = `SELECT DISTINCT window_start AS window FROM ${table.feature} ORDER BY window_start`;
    return this.#sqlite.all<{ window: number }>(sql).map(({ window }) => window);
  }

  async replace(
    table: OnlineTable,
    window: number,
    keys: readonly RowKey[],
    rows: readonly OnlineRow[],
  ): Promise<void> {
    this.#ensure(table);
    this.#sqlite.transaction(() => {
      for (const { id, country, brand } of keys) {
        const sql = `DELETE FROM ${table.feature} WHERE id = ? AND country = ? AND brand = ? AND window_start = ?`;
        this.#sqlite.run(sql, id, country, brand, window);
      }
      for (const row of rows) {
        const shared = [row.window, row.revision, row.final ? 1 : 0, writeTimeOfRow(row), Math.floor(row.writtenAt)];
        this.#upsert(table, 1).run(...shared, row.id, row.country, row.brand, row.value);
      }
    });
  }

  async flush(): Promise<void> {
    await this.#sqlite.flush();
  }

  [Symbol.dispose](): void {
    this.#sqlite[Symbol.dispose]();
  }

  /** There are at most `rowsAtOnce` for a table. */
  #upsert(table: OnlineTable, rows: number): StatementSync {
    let statements = this.#upserts.get(table.feature);
    if (!statements) this.#upserts.set(table.feature, (statements = []));
    return (statements[rows] ??= this.#sqlite.prepared(upsert(table, rows)));
  }

  #keys(table: OnlineTable, condition: string, window: number): RowKey[] {
    if (!this.#exists(table)) return [];
    const sql = `SELECT id, country, brand FROM ${table.feature} WHERE ${condition}`;
    return this.#sqlite.all<RowKey>(sql, window).map(({ id, country, brand }) => ({ id, country, brand }));
  }

  #ensure({ feature, column, type }: OnlineTable): void {
    if (this.#known.has(feature)) return;
    this.#sqlite.exec(`
      CREATE TABLE IF NOT EXISTS ${feature} (
        id TEXT NOT NULL, country TEXT NOT NULL, brand TEXT NOT NULL,
        ${column} ${type === 'INT64' ? 'INTEGER' : 'REAL'} NOT NULL,
        window_start INTEGER NOT NULL, revision INTEGER NOT NULL, final INTEGER NOT NULL,
        write_time INTEGER NOT NULL, written_at INTEGER NOT NULL,
        PRIMARY KEY (id, country, brand)
      ) WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS ${feature}_provisional ON ${feature} (window_start) WHERE final = 0;`);
    this.#known.add(feature);
  }

  #exists({ feature }: OnlineTable): boolean {
    if (this.#known.has(feature)) return true;
    return this.#sqlite.get(`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?`, feature) !== undefined;
  }
}

const writeTimeOfRow = ({ window, final, revision }: OnlineRow): number =>
  writeTimeOf(window, final ? { final: revision } : { provisional: 0 });

/** What all rows of a write share. */
function sharedValues({ window, revision, writtenAt }: OnlineWrite): SqlValue[] {
  const isFinal = 'final' in revision;
  return [window, isFinal ? revision.final : 0, isFinal ? 1 : 0, writeTimeOf(window, revision), Math.floor(writtenAt)];
}

/**
 * Binding costs, so the shared values are numbered and bound once. The others have no number (they follow the highest before
 * them): node:sqlite looks for a place among the numbered ones, which makes many of them slow.
 */
function upsert({ feature, column }: OnlineTable, rows: number): string {
  return `INSERT INTO ${feature} (window_start, revision, final, write_time, written_at, id, country, brand, ${column})
    VALUES ${new Array<string>(rows).fill('(?1,?2,?3,?4,?5,?,?,?,?)').join()} ON CONFLICT DO UPDATE SET
    ${column} = excluded.${column}, window_start = excluded.window_start, revision = excluded.revision,
    final = excluded.final, write_time = excluded.write_time, written_at = excluded.written_at
    WHERE excluded.write_time >= write_time`;
}

/** A part on its way into its table. */
interface PartInHand {
  readonly write: OnlineWrite;
  readonly shared: readonly SqlValue[];
  readonly ids: readonly string[];
  written: number;
}

/**
 * The part whose next id comes first. Rows of a part are in order, but its partition's ids lie among all others: taken side by
 * side, parts fill the table from its start to its end, which takes SQLite a quarter less than going through it for each.
 */
function furthestBehind(parts: readonly PartInHand[]): PartInHand | undefined {
  let first: PartInHand | undefined;
  for (const part of parts) {
    if (part.written < part.ids.length && !(first && first.ids[first.written] <= part.ids[part.written])) first = part;
  }
  return first;
}

function boundValues({ write, shared, ids, written }: PartInHand, count: number): SqlValue[] {
  const { pair, pairs, values } = write.rows;
  const bound = new Array<SqlValue>(shared.length + count * 4);
  let i = 0;
  for (const value of shared) bound[i++] = value;
  for (let row = written; i < bound.length; row++) {
    const { country, brand } = pairs[pair[row]];
    bound[i++] = ids[row];
    bound[i++] = country;
    bound[i++] = brand;
    bound[i++] = values[row];
  }
  return bound;
}

/** The ids as strings; all bytes are decoded at once, as long as they are ASCII and bytes are characters. */
function idStrings({ ids, offsets, rows }: PartRows): string[] {
  const all = Buffer.from(ids.buffer, ids.byteOffset, offsets[rows]);
  const text = all.toString('latin1');
  // eslint-disable-next-line no-control-regex
  if (/^[\x00-\x7f]*$/.test(text))
    return Array.from({ length: rows }, (_, row) => text.slice(offsets[row], offsets[row + 1]));
  return Array.from({ length: rows }, (_, row) => all.toString('utf8', offsets[row], offsets[row + 1]));
}

const onlineRow = (row: StoredRow): OnlineRow => ({
  id: row.id,
  country: row.country,
  brand: row.brand,
  value: smallest(row.value),
  window: Number(row.window_start),
  final: Number(row.final) === 1,
  revision: Number(row.revision),
  writtenAt: Number(row.written_at),
});

const smallest = (value: number | bigint): number | bigint =>
  typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value;

import type { StatementSync } from 'node:sqlite';
import { setImmediate as othersToRun } from 'node:timers/promises';
import type { RowKey } from '@neartime/schemas';
import pLimit from 'p-limit';
import type { OnlineRow, ExclusiveOnlineStore, OnlineTable, OnlineWrite } from '../online-store.ts';
import { NewestRows } from './newest-rows.ts';
import { type PendingRows, pendingRows, sharedValues } from './pending-rows.ts';
import { Sqlite } from './sqlite.ts';

/** Statements between two looks at what else the thread has to do: some ten milliseconds. */
const statementsAtOnce = 100;

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
export class SqliteOnlineStore implements ExclusiveOnlineStore, Disposable {
  readonly #sqlite: Sqlite;
  readonly #oneByOne = pLimit(1);
  readonly #known = new Set<string>();
  /** By table, then by how many rows they take. */
  readonly #upserts = new Map<string, StatementSync[]>();

  constructor(path: string, options: { readOnly: boolean } = { readOnly: false }) {
    this.#sqlite = new Sqlite(path, { ...options, schema: '', synchronous: 'NORMAL', checkpointPages });
  }

  async write(writes: readonly OnlineWrite[], ready?: Promise<unknown>): Promise<void> {
    // Its failure is thrown below; until then it is nobody's.
    ready?.catch(() => undefined);
    await this.#inTransaction(
      writes.map(({ table }) => table),
      async () => {
        for (const ofTable of Map.groupBy(writes, ({ table }) => table.feature).values()) await this.#fill(ofTable);
        await ready;
      },
    );
  }

  async get(table: OnlineTable, id: string): Promise<OnlineRow[]> {
    const sql = `SELECT *, ${table.column} AS value FROM ${table.feature} WHERE id = ? ORDER BY country, brand`;
    const rows = await this.#look(table, () => this.#sqlite.allExact<StoredRow>(sql, id));
    return rows.map(onlineRow);
  }

  async provisionalKeys(table: OnlineTable, window: number): Promise<RowKey[]> {
    return this.#keys(table, 'final = 0 AND window_start = ?', window);
  }

  async keysOf(table: OnlineTable, window: number): Promise<RowKey[]> {
    return this.#keys(table, 'window_start = ?', window);
  }

  async windows(table: OnlineTable): Promise<number[]> {
    const sql = `SELECT DISTINCT window_start AS window FROM ${table.feature} ORDER BY window_start`;
    const rows = await this.#look(table, () => this.#sqlite.all<{ window: number }>(sql));
    return rows.map(({ window }) => window);
  }

  async replace(
    table: OnlineTable,
    window: number,
    keys: readonly RowKey[],
    rows: readonly OnlineRow[],
  ): Promise<void> {
    await this.#inTransaction([table], async () => {
      for (const { id, country, brand } of keys) {
        const sql = `DELETE FROM ${table.feature} WHERE id = ? AND country = ? AND brand = ? AND window_start = ?`;
        this.#sqlite.run(sql, id, country, brand, window);
      }
      for (const row of rows) {
        const shared = sharedValues({ ...row, revision: row.final ? { final: row.revision } : { provisional: 0 } });
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

  async #fill(writes: readonly OnlineWrite[]): Promise<void> {
    const merged = new NewestRows(writes);
    const pendingOf = pendingRows(writes);
    let statements = 0;
    const run = async (rows: PendingRows) => {
      this.#upsert(rows.table, rows.count).run(...rows.take());
      if (++statements % statementsAtOnce === 0) await othersToRun();
    };
    while (merged.next()) {
      const { pending, ids } = pendingOf.get(merged.write)!;
      pending.add(merged.write, merged.row, ids.text(merged.row));
      if (pending.isFull) await run(pending);
    }
    for (const { pending } of pendingOf.values()) if (pending.count > 0) await run(pending);
  }

  /** A table has few: statements take at most fifty rows. */
  #upsert(table: OnlineTable, rows: number): StatementSync {
    let statements = this.#upserts.get(table.feature);
    if (!statements) this.#upserts.set(table.feature, (statements = []));
    return (statements[rows] ??= this.#sqlite.prepared(upsert(table, rows)));
  }

  async #keys(table: OnlineTable, condition: string, window: number): Promise<RowKey[]> {
    const sql = `SELECT id, country, brand FROM ${table.feature} WHERE ${condition}`;
    const rows = await this.#look(table, () => this.#sqlite.all<RowKey>(sql, window));
    return rows.map(({ id, country, brand }) => ({ id, country, brand }));
  }

  #inTransaction(tables: readonly OnlineTable[], work: () => Promise<void>): Promise<void> {
    return this.#oneByOne(() => {
      for (const table of tables) this.#ensure(table);
      return this.#sqlite.longTransaction(work);
    });
  }

  /** Rows of a table that may not be there yet. Between two transactions: a store must not see half of its own. */
  #look<Row>(table: OnlineTable, rows: () => Row[]): Promise<Row[]> {
    return this.#oneByOne(async () => (this.#exists(table) ? rows() : []));
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

import type { PartRows, RowKey } from '@neartime/schemas';
import { type OnlineRow, type OnlineStore, type OnlineTable, type OnlineWrite, writeTimeOf } from '../online-store.ts';
import { type SqlValue, Sqlite } from './sqlite.ts';

/** Rows a statement takes: SQLite costs about a third less a row than with one row each. */
const rowsAtOnce = 50;

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

  constructor(path: string, options: { readOnly: boolean } = { readOnly: false }) {
    this.#sqlite = new Sqlite(path, { ...options, schema: '' });
  }

  async write(writes: readonly OnlineWrite[]): Promise<void> {
    for (const { table } of writes) this.#ensure(table);
    this.#sqlite.transaction(() => writes.forEach((write) => this.#writePart(write)));
  }

  async get(table: OnlineTable, id: string): Promise<OnlineRow[]> {
    if (!this.#exists(table)) return [];
    const statement = this.#sqlite.prepared(`SELECT *, ${table.column} AS value FROM ${table.feature} WHERE id = ? ORDER BY country, brand`);
    statement.setReadBigInts(true);
    return (statement.all(id) as unknown as StoredRow[]).map(onlineRow);
  }

  async provisionalKeys(table: OnlineTable, window: number): Promise<RowKey[]> {
    this.#ensure(table);
    return this.#sqlite
      .all<RowKey>(`SELECT id, country, brand FROM ${table.feature} WHERE final = 0 AND window_start = ?`, window)
      .map(({ id, country, brand }) => ({ id, country, brand }));
  }

  async replace(table: OnlineTable, window: number, keys: readonly RowKey[], rows: readonly OnlineRow[]): Promise<void> {
    this.#ensure(table);
    this.#sqlite.transaction(() => {
      for (const { id, country, brand } of keys) {
        const sql = `DELETE FROM ${table.feature} WHERE id = ? AND country = ? AND brand = ? AND window_start = ?`;
        this.#sqlite.run(sql, id, country, brand, window);
      }
      for (const row of rows) {
        const writeTime = writeTimeOf(row.window, { final: row.revision });
        this.#sqlite.run(
          `INSERT INTO ${table.feature} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
          ...[row.id, row.country, row.brand, row.value, row.window, row.revision, row.final ? 1 : 0, writeTime, row.writtenAt],
        );
      }
    });
  }

  [Symbol.dispose](): void {
    this.#sqlite[Symbol.dispose]();
  }

  #writePart(write: OnlineWrite): void {
    const { rows } = write.rows;
    const ids = idStrings(write.rows);
    for (let from = 0; from < rows; from += rowsAtOnce) {
      const count = Math.min(rowsAtOnce, rows - from);
      this.#sqlite.prepared(upsert(write, count)).run(...rowValues(write.rows, ids, from, count));
    }
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
    return this.#sqlite.get(`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?`, feature) !== undefined;
  }
}

/** What all rows of the part share is written into the statement: each bound value costs, and there are few such texts. */
function upsert({ table, window, revision, writtenAt }: OnlineWrite, count: number): string {
  const isFinal = 'final' in revision;
  const shared = `${window}, ${isFinal ? revision.final : 0}, ${isFinal ? 1 : 0}, ${writeTimeOf(window, revision)}, ${Math.floor(writtenAt)}`;
  const values = new Array<string>(count).fill(`(?, ?, ?, ?, ${shared})`).join();
  return `INSERT INTO ${table.feature} VALUES ${values} ON CONFLICT DO UPDATE SET
    ${table.column} = excluded.${table.column}, window_start = excluded.window_start, revision = excluded.revision,
    final = excluded.final, write_time = excluded.write_time, written_at = excluded.written_at
    WHERE excluded.write_time >= write_time`;
}

function rowValues({ pair, pairs, values }: PartRows, ids: readonly string[], from: number, count: number): SqlValue[] {
  const bound = new Array<SqlValue>(count * 4);
  for (let i = 0, row = from; i < bound.length; row++) {
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
  if (/^[\x00-\x7f]*$/.test(text)) return Array.from({ length: rows }, (_, row) => text.slice(offsets[row], offsets[row + 1]));
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

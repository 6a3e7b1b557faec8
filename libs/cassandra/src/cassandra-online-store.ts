import type { PartRows } from '@neartime/schemas';
import {
  type OnlineRow,
  type OnlineTable,
  type OnlineWindows,
  type OnlineWrite,
  type RevisableOnlineStore,
  type Withdrawal,
  writeTimeOf,
} from '@neartime/streams';
import cassandra from 'cassandra-driver';
import { CassandraOnlineRows, isThere, quoted } from './cassandra-online-rows.ts';
import { LatestRows } from './latest-rows.ts';
import { type CassandraTable, columnNames, tablesOf, windowsTable } from './online-tables.ts';
import type { CassandraSession } from './session.ts';

export interface OnlineStoreOptions {
  /** Seconds for which the rows of windows are kept. */
  readonly windowsTtl: number;
}

/**
 * The latest row of each key in `<feature>`, and the rows of its windows in `<feature>_windows`. The write time that a row is given
 * is what the window and the revision make of it: of two writes the cluster keeps the one that is to stand, whatever comes first.
 * Equal write times mean equal content, but for `written_at`. Rows that revisions bring, or take away, mind what stands (see latest-rows.ts).
 */
export class CassandraOnlineStore implements RevisableOnlineStore, OnlineWindows {
  readonly #session: CassandraSession;
  readonly #options: OnlineStoreOptions;
  readonly #rows: CassandraOnlineRows;
  readonly #latest: LatestRows;
  readonly #made = new Map<string, Promise<void>>();

  constructor(session: CassandraSession, options: OnlineStoreOptions) {
    this.#session = session;
    this.#options = options;
    this.#rows = new CassandraOnlineRows(session);
    this.#latest = new LatestRows(session, options);
  }

  async write(writes: readonly OnlineWrite[]): Promise<void> {
    for (const write of writes) {
      const { table, rows } = write;
      if (rows.rows === 0) continue;
      await this.#make(table);
      const insert = (into: string, using: string) =>
        `INSERT INTO ${into} (${columnNames}, ${quoted(table.column)}) VALUES (?, ?, ?, ?, ?, ?, ?, ?) USING TIMESTAMP ?${using}`;
      await this.#session.writeEach(
        insert(quoted(windowsTable(table.feature)), ` AND TTL ${this.#options.windowsTtl}`),
        valuesOf(write),
        'local',
      );
      if ('final' in write.revision && write.revision.final > 0) await this.#latest.revise(write, valuesOf(write));
      else await this.#session.writeEach(insert(quoted(table.feature), ''), valuesOf(write), 'local');
    }
  }

  async withdraw(withdrawal: Withdrawal): Promise<void> {
    await this.#make(withdrawal.table);
    await this.#latest.withdraw(withdrawal);
  }

  async get(table: OnlineTable, id: string): Promise<OnlineRow[]> {
    await this.#make(table);
    return this.#rows.get(table, id);
  }

  async windowsOf(table: OnlineTable, id: string, windows: number): Promise<OnlineRow[]> {
    await this.#make(table);
    return this.#rows.windowsOf(table, id, windows);
  }

  /** Makes the tables of a feature where there are none; refuses those whose column is another. */
  #make(table: OnlineTable): Promise<void> {
    let made = this.#made.get(table.feature);
    if (!made) {
      made = this.#define(table);
      this.#made.set(table.feature, made);
      made.catch(() => this.#made.delete(table.feature));
    }
    return made;
  }

  async #define(table: OnlineTable): Promise<void> {
    await this.#session.define(tablesOf(table).map(createTable));
    await isThere(this.#session, table);
  }
}

function createTable({ name, columns, primaryKey, order }: CassandraTable): string {
  const typed = Object.entries(columns).map(([column, type]) => `${quoted(column)} ${type}`);
  const ordered = order ? ` WITH CLUSTERING ORDER BY (${order})` : '';
  return `CREATE TABLE IF NOT EXISTS ${quoted(name)} (${typed.join(', ')}, PRIMARY KEY ${primaryKey})${ordered}`;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

function* valuesOf({ window, revision, rows, writtenAt, table }: OnlineWrite): Iterable<readonly unknown[]> {
  const isFinal = 'final' in revision;
  const number = isFinal ? revision.final : 0;
  const time = writeTimeOf(window, revision);
  const [at, written] = [new Date(window * 1000), new Date(writtenAt * 1000)];
  for (let row = 0; row < rows.rows; row++) {
    const { country, brand } = rows.pairs[rows.pair[row]!]!;
    const id = decoder.decode(rows.ids.subarray(rows.offsets[row], rows.offsets[row + 1]));
    yield [id, country, brand, at, number, isFinal, written, valueOf(rows.values, row, table.type), time];
  }
}

const { Long } = cassandra.types;

const valueOf = (values: PartRows['values'], row: number, type: OnlineTable['type']): unknown =>
  type === 'INT64' ? Long.fromString(String(values[row]!)) : Number(values[row]);

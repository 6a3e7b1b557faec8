import type { PartRows } from '@neartime/schemas';
import {
  type OnlineRow,
  type OnlineStore,
  type OnlineTable,
  type OnlineWrite,
  StoreError,
  writeTimeOf,
} from '@neartime/streams';
import cassandra from 'cassandra-driver';
import type { CassandraSession, Row } from './session.ts';

export interface OnlineStoreOptions {
  /** Seconds for which the rows of windows are kept. */
  readonly windowsTtl: number;
}

const cqlType = { INT64: 'bigint', DOUBLE: 'double' } as const;
const columns = 'id, country, brand, window, revision, final, written_at';

/**
 * The latest row of each key in `<feature>`, and the rows of its windows in `<feature>_windows`. The write time that a row is given
 * is what the window and the revision make of it: of two writes the cluster keeps the one that is to stand, whatever comes first.
 * Equal write times mean equal content, but for `written_at`.
 */
export class CassandraOnlineStore implements OnlineStore {
  readonly #session: CassandraSession;
  readonly #options: OnlineStoreOptions;
  readonly #made = new Map<string, Promise<void>>();

  constructor(session: CassandraSession, options: OnlineStoreOptions) {
    this.#session = session;
    this.#options = options;
  }

  async write(writes: readonly OnlineWrite[]): Promise<void> {
    for (const write of writes) {
      const { table, rows } = write;
      if (rows.rows === 0) continue;
      await this.#make(table);
      const insert = (into: string, using: string) =>
        `INSERT INTO ${into} (${columns}, ${name(table.column)}) VALUES (?, ?, ?, ?, ?, ?, ?, ?) USING TIMESTAMP ?${using}`;
      await this.#session.writeEach(
        insert(windowsTable(table), ` AND TTL ${this.#options.windowsTtl}`),
        valuesOf(write),
        'local',
      );
      await this.#session.writeEach(insert(name(table.feature), ''), valuesOf(write), 'local');
    }
  }

  async get(table: OnlineTable, id: string): Promise<OnlineRow[]> {
    return this.#read(table, `SELECT * FROM ${name(table.feature)} WHERE id = ?`, [id]);
  }

  /** The rows of an id by window, the newest first. */
  async windowsOf(table: OnlineTable, id: string, limit: number): Promise<OnlineRow[]> {
    return this.#read(table, `SELECT * FROM ${windowsTable(table)} WHERE id = ? LIMIT ?`, [id, limit]);
  }

  async #read(table: OnlineTable, cql: string, values: readonly unknown[]): Promise<OnlineRow[]> {
    await this.#make(table);
    const rows: OnlineRow[] = [];
    for await (const row of this.#session.rows(cql, values, 'local')) rows.push(onlineRow(row, table));
    return rows;
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
    const value = `${name(table.column)} ${cqlType[table.type]}`;
    const common = `id text, country text, brand text, window timestamp, revision int, final boolean, written_at timestamp, ${value}`;
    await this.#session.define([
      `CREATE TABLE IF NOT EXISTS ${name(table.feature)} (${common}, PRIMARY KEY (id, country, brand))`,
      `CREATE TABLE IF NOT EXISTS ${windowsTable(table)} (${common}, PRIMARY KEY (id, window, country, brand))
       WITH CLUSTERING ORDER BY (window DESC, country ASC, brand ASC)`,
    ]);
    await this.#requireColumn(table);
  }

  async #requireColumn({ feature, column, type }: OnlineTable): Promise<void> {
    const found = await this.#session.one(
      'SELECT type FROM system_schema.columns WHERE keyspace_name = ? AND table_name = ? AND column_name = ?',
      [this.#session.keyspace, feature, column],
    );
    if (found?.['type'] === cqlType[type]) return;
    const what = found ? `is ${String(found['type'])}, not ${cqlType[type]}` : 'is not there';
    throw new StoreError(
      `cassandra: the column ${column} of ${this.#session.keyspace}.${feature} ${what}: the table is of another engine; ` +
        `give the feature another name, or drop ${feature} and ${feature}_windows and compute it again`,
    );
  }
}

/** Names of features and columns may be words of CQL. */
const name = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const windowsTable = ({ feature }: OnlineTable): string => name(`${feature}_windows`);

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

/** A number where that is exact, else a bigint. */
function resultOf(value: unknown): number | bigint {
  if (typeof value === 'number') return value;
  const exact = BigInt(String(value));
  return BigInt(Number(exact)) === exact && Number.isSafeInteger(Number(exact)) ? Number(exact) : exact;
}

function onlineRow(row: Row, { column }: OnlineTable): OnlineRow {
  return {
    ...{ id: row['id'] as string, country: row['country'] as string, brand: row['brand'] as string },
    value: resultOf(row[column]),
    window: (row['window'] as Date).getTime() / 1000,
    final: row['final'] as boolean,
    revision: row['revision'] as number,
    writtenAt: (row['written_at'] as Date).getTime() / 1000,
  };
}

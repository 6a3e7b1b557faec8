import { type OnlineReader, type OnlineRow, type OnlineTable, type OnlineWindows, StoreError } from '@neartime/streams';
import { cqlType, windowsTable } from './online-tables.ts';
import type { CassandraSession, Row } from './session.ts';

/** The rows that a `CassandraOnlineStore` has written, to look at: it makes no table, and a feature that has none has no rows. */
export class CassandraOnlineRows implements OnlineReader, OnlineWindows {
  readonly #session: CassandraSession;
  readonly #there = new Set<string>();

  constructor(session: CassandraSession) {
    this.#session = session;
  }

  async get(table: OnlineTable, id: string): Promise<OnlineRow[]> {
    const rows: OnlineRow[] = [];
    for await (const row of this.#read(table, table.feature, id)) rows.push(row);
    return rows;
  }

  async windowsOf(table: OnlineTable, id: string, windows: number): Promise<OnlineRow[]> {
    const rows: OnlineRow[] = [];
    const met = new Set<number>();
    for await (const row of this.#read(table, windowsTable(table.feature), id)) {
      if (met.add(row.window).size > windows) break;
      rows.push(row);
    }
    return rows;
  }

  async *#read(table: OnlineTable, from: string, id: string): AsyncIterable<OnlineRow> {
    if (!this.#there.has(table.feature) && !(await isThere(this.#session, table))) return;
    this.#there.add(table.feature);
    const rows = this.#session.rows(`SELECT * FROM ${quoted(from)} WHERE id = ?`, [id], 'local');
    // A row without a value stands for one that was withdrawn.
    for await (const row of rows) if (row[table.column] !== null) yield onlineRow(row, table);
  }
}

/** Whether a feature has its tables; refuses those whose column is another. */
export async function isThere(session: CassandraSession, { feature, column, type }: OnlineTable): Promise<boolean> {
  const columns = await session.all(
    'SELECT column_name, type FROM system_schema.columns WHERE keyspace_name = ? AND table_name = ?',
    [session.keyspace, feature],
  );
  if (columns.length === 0) return false;
  const found = columns.find((each) => each['column_name'] === column)?.['type'] as string | undefined;
  if (found === cqlType[type]) return true;
  throw new StoreError(
    `cassandra: the column ${column} of ${session.keyspace}.${feature} ${found ? `is ${found}, not ${cqlType[type]}` : 'is not there'}: ` +
      `the table is of another engine; give the feature another name, or drop ${feature} and ${feature}_windows and compute it again`,
  );
}

/** Names of features and columns may be words of CQL. */
export const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/** A number where that is exact, else a bigint. */
function resultOf(value: unknown): number | bigint {
  if (typeof value === 'number') return value;
  const exact = BigInt(String(value));
  return BigInt(Number(exact)) === exact && Number.isSafeInteger(Number(exact)) ? Number(exact) : exact;
}

const onlineRow = (row: Row, { column }: OnlineTable): OnlineRow => ({
  ...{ id: row['id'] as string, country: row['country'] as string, brand: row['brand'] as string },
  value: resultOf(row[column]),
  window: (row['window'] as Date).getTime() / 1000,
  final: row['final'] as boolean,
  revision: row['revision'] as number,
  writtenAt: (row['written_at'] as Date).getTime() / 1000,
});

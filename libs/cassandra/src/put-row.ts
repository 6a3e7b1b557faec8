import type { CassandraSession } from './session.ts';

type Columns = Readonly<Record<string, unknown>>;

/**
 * Writes a row by light-weight transactions: of two writers that come one after the other the second's stands, whatever their clocks
 * say. Such a row is only ever written and deleted so.
 */
export async function putRow(session: CassandraSession, table: string, key: Columns, columns: Columns): Promise<void> {
  const all = { ...key, ...columns };
  const insert = `INSERT INTO ${table} (${Object.keys(all).join(', ')}) VALUES (${Object.keys(all).fill('?').join(', ')})`;
  const update = `UPDATE ${table} SET ${equalTo(columns, ', ')} WHERE ${equalTo(key, ' AND ')}`;
  for (;;) {
    if (!(await session.transact(`${insert} IF NOT EXISTS`, Object.values(all)))) return;
    if (!(await session.transact(`${update} IF EXISTS`, [...Object.values(columns), ...Object.values(key)]))) return;
    // It has gone meanwhile.
  }
}

/** Deletes it, if it is there. */
export async function dropRow(session: CassandraSession, table: string, key: Columns): Promise<void> {
  await session.transact(`DELETE FROM ${table} WHERE ${equalTo(key, ' AND ')} IF EXISTS`, Object.values(key));
}

const equalTo = (columns: Columns, separator: string): string =>
  Object.keys(columns)
    .map((name) => `${name} = ?`)
    .join(separator);

import type { OnlineTable } from '@neartime/streams';

/** A table as CQL has it. */
export interface CassandraTable {
  readonly name: string;
  readonly columns: Readonly<Record<string, string>>;
  readonly primaryKey: string;
  /** In what order the rows of an id stand, where that is not the key's. */
  readonly order?: string;
}

export const cqlType = { INT64: 'bigint', DOUBLE: 'double' } as const;

/** What every row has, with the key. */
export const columns = {
  id: 'text',
  country: 'text',
  brand: 'text',
  window: 'timestamp',
  revision: 'int',
  final: 'boolean',
  written_at: 'timestamp',
} as const;

export const columnNames = Object.keys(columns).join(', ');

export const windowsTable = (feature: string): string => `${feature}_windows`;

/** The tables of a feature: the latest row of each key, and the rows of its windows, the newest first. */
export function tablesOf({ feature, column, type }: OnlineTable): readonly CassandraTable[] {
  const all = { ...columns, [column]: cqlType[type] };
  return [
    { name: feature, columns: all, primaryKey: '(id, country, brand)' },
    {
      ...{ name: windowsTable(feature), columns: all, primaryKey: '(id, window, country, brand)' },
      order: 'window DESC, country ASC, brand ASC',
    },
  ];
}

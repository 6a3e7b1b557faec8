import type { DuckDBConnection } from '@duckdb/node-api';
import { Failure } from '../failure.ts';
import { type Node, type PartitionFilter, noRows, partitionFilter } from './partition-filter.ts';

/** What DuckDB's parser found in one SELECT, before anything of it is bound or run. */
export interface Statement {
  /**
   * The names of the tables that it reads, in lower case and without their schemas; with each, for every place where it is read,
   * which of its rows can matter there.
   */
  readonly tables: ReadonlyMap<string, readonly PartitionFilter[]>;
}

/**
 * The table functions that a statement may call: those that only compute. Others read files, and some have effects even
 * in a SELECT under locked settings (`enable_logging` and `enable_profiling` write files).
 */
const tableFunctions = new Set(['generate_series', 'json_each', 'json_tree', 'range', 'unnest']);

const allowed = 'only a SELECT runs here (or FROM, WITH, VALUES, DESCRIBE, SHOW, SUMMARIZE): the store is read-only';

/**
 * Parses without binding, since binding alone can have effects (EXPORT makes its folder). Fails unless the text is
 * exactly one SELECT that calls none but the listed table functions.
 */
export async function readStatement(connection: DuckDBConnection, sql: string): Promise<Statement> {
  const parsed = await parse(connection, sql);
  if (parsed.error) {
    throw new Failure(parsed.error_type === 'parser' ? `query: ${oneLine(parsed.error_message)}` : `query: ${allowed}`);
  }
  if (parsed.statements.length === 0) throw new Failure('query: the SQL is empty; try SHOW ALL TABLES');
  if (parsed.statements.length > 1)
    throw new Failure(`query: ${parsed.statements.length} statements; give one at a time`);
  const tables = new Map<string, PartitionFilter[]>();
  const filters = new Map<unknown, PartitionFilter>();
  for (const node of nodes(parsed)) {
    if (node['type'] === 'TABLE_FUNCTION') requireHarmless(node['function']);
    // What DESCRIBE tells of a table needs none of its rows.
    if (node['show_type'] === 'DESCRIBE') filters.set((node['query'] as Node | null)?.['from_table'], noRows);
    if (node['type'] === 'SELECT_NODE' && !filters.has(node['from_table']))
      filters.set(node['from_table'], partitionFilter(node));
    if (node['type'] !== 'BASE_TABLE') continue;
    const name = String(node['table_name']).toLowerCase();
    tables.set(name, [...(tables.get(name) ?? []), filters.get(node) ?? []]);
  }
  return { tables };
}

type Parsed =
  | { readonly error: true; readonly error_type: string; readonly error_message: string }
  | { readonly error: false; readonly statements: readonly unknown[] };

async function parse(connection: DuckDBConnection, sql: string): Promise<Parsed> {
  // DuckDB would end the text at a NUL, and so check less of it than there is.
  if (sql.includes('\0')) throw new Failure('query: the SQL holds a NUL character; leave it out');
  const reader = await connection.runAndReadAll('SELECT json_serialize_sql($1::VARCHAR)', [sql]);
  return JSON.parse(String(reader.getRows()[0]![0])) as Parsed;
}

/** Every object of the syntax tree, each after those that it lies in. A list of its own instead of the call stack: a tree may be deep. */
function* nodes(root: object): Generator<Node> {
  const waiting: object[] = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    yield node as Node;
    for (const child of Object.values(node)) if (typeof child === 'object' && child !== null) waiting.push(child);
  }
}

function requireHarmless(called: unknown): void {
  const name = String((called as Node | undefined)?.['function_name']);
  if (tableFunctions.has(name.toLowerCase())) return;
  throw new Failure(`query: the table function ${name} is not available here; read from the views of features_store`);
}

const oneLine = (message: string): string => message.replace(/\s+/g, ' ');

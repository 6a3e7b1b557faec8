import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { globOf, literal } from './sql-text.ts';

/** Nothing is fetched, loaded or spilled: a statement that outgrows memory fails, and leaves no file behind. */
const configuration = {
  temp_directory: '',
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
  allow_community_extensions: 'false',
  allow_persistent_secrets: 'false',
};

/** A DuckDB in memory, and how to close it. */
export interface Sandbox extends Disposable {
  readonly connection: DuckDBConnection;
}

/**
 * A DuckDB that opens files below `folder` only, symbolic links resolved, and whose settings no statement can change.
 * It may still write below `folder`, and some of its table functions do: `readStatement` keeps those out.
 */
export async function openSandbox(folder: string): Promise<Sandbox> {
  const instance = await DuckDBInstance.create(':memory:', configuration);
  const connection = await instance.connect();
  // A pattern is checked as it is written, before what it finds is checked too.
  const allowed = [...new Set([folder, globOf(folder)])].map(literal).join(', ');
  await connection.run(`SET TimeZone = 'UTC'`);
  await connection.run(`SET GLOBAL allowed_directories = [${allowed}]`);
  await connection.run('SET GLOBAL enable_external_access = false');
  await connection.run('SET GLOBAL lock_configuration = true');
  return {
    connection,
    [Symbol.dispose]() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

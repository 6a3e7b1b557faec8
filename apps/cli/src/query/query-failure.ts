import { Failure } from '../failure.ts';
import { type StoredFeature, tableName } from './feature-view.ts';

/** What DuckDB says of a statement, as one line with what to do about it. */
export function queryFailure(error: unknown, features: readonly StoredFeature[]): Failure {
  if (error instanceof Failure) return error;
  const message = error instanceof Error ? error.message : String(error);
  const said = message
    .split(/\n\s*\n/, 1)[0]!
    .replace(/^[\w ]+ Error: /, '')
    .replace(/\s+/g, ' ')
    .trim();
  return new Failure(`query: ${said}${advice(message, features)}`, { cause: error });
}

function advice(message: string, features: readonly StoredFeature[]): string {
  if (/^Catalog Error: Table with name /.test(message)) return ` The tables are ${features.map(tableName).join(', ')}`;
  if (/^Out of Memory Error: /.test(message)) return '; ask for fewer windows, columns or distinct values at a time';
  if (/^Permission Error: /.test(message)) return '; a query reads the parts of its own store only';
  return '';
}

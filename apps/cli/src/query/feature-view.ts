import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import type { Feature } from '@neartime/engines';
import { globOf, identifier, literal } from './sql-text.ts';

/** What a view needs to know of a feature. */
export type StoredFeature = Pick<Feature, 'name'> & { readonly engine: Pick<Feature['engine'], 'output'> };

export const schema = 'features_store';
export const partitionColumns: readonly string[] = ['year', 'month', 'day', 'hour', 'ten_mins'];

const parts = [...partitionColumns.map((column) => `${column}=*`), 'part-*.parquet'].join('/');
const duckdbType = { INT64: 'BIGINT', DOUBLE: 'DOUBLE' } as const;

export const tableName = ({ name }: StoredFeature): string => `${schema}.${name}`;

/**
 * The view of a feature without rows. It reads no file, so it costs nothing where a statement does not name the
 * feature.
 */
export function emptyView(feature: StoredFeature): string {
  const { name, type } = feature.engine.output;
  const columns = Object.entries({ id: 'VARCHAR', country: 'VARCHAR', brand: 'VARCHAR', [name]: duckdbType[type] });
  partitionColumns.forEach((column) => columns.push([column, 'VARCHAR']));
  return view(
    feature,
    `SELECT ${columns.map(([column, of]) => `NULL::${of} AS ${identifier(column)}`).join(', ')} WHERE false`,
  );
}

/**
 * The view of a feature over its parts; partition columns are strings, and a filter on them leaves the other files
 * unread.
 */
export function partsView(feature: StoredFeature, folder: string): string {
  const columns = ['id', 'country', 'brand', feature.engine.output.name, ...partitionColumns].map(identifier);
  const pattern = literal(`${globOf(join(folder, feature.name))}/${parts}`);
  return view(
    feature,
    `SELECT ${columns.join(', ')} FROM read_parquet(${pattern}, hive_partitioning = true, hive_types_autocast = false)`,
  );
}

/** Whether a feature has a part yet; looks no further than the first. */
export async function hasParts({ name }: StoredFeature, folder: string): Promise<boolean> {
  const found = glob(parts, { cwd: join(folder, name) });
  return !(await found[Symbol.asyncIterator]().next()).done;
}

const view = ({ name }: StoredFeature, select: string): string =>
  `CREATE OR REPLACE VIEW ${schema}.${identifier(name)} AS ${select}`;

import { existsSync, realpathSync, statSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { Failure } from '../failure.ts';
import { partitionColumns } from './feature-view.ts';

/**
 * The real path of the Parquet folder of a store. Fails when there is no store, and when DuckDB would misread its path.
 */
export function featuresFolder(storeDir: string): string {
  if (!statSync(storeDir, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Failure(`store: there is no folder ${resolve(storeDir)}; give the --out of a backfill`);
  }
  const store = realpathSync(storeDir);
  const folder = join(store, 'features_store');
  if (!existsSync(folder) && !existsSync(join(store, 'catalogue.db'))) {
    throw new Failure(`store: no features_store in ${store}; give the --out of a backfill`);
  }
  if (existsSync(folder) && realpathSync(folder) !== folder) {
    throw new Failure(`store: ${folder} is a link to another place; give the store that it leads to`);
  }
  rejectMisleading(store);
  return folder;
}

const keyColumns = ['id', 'country', 'brand'];

/** DuckDB takes a column from any folder of the path named `column=value`, and a backslash for a separator. */
function rejectMisleading(store: string): void {
  const misleading = store.split(sep).find((name) => {
    const column = name.slice(0, Math.max(name.indexOf('='), 0)).toLowerCase();
    return [...keyColumns, ...partitionColumns].includes(column) || (sep === '/' && name.includes('\\'));
  });
  if (misleading !== undefined) {
    throw new Failure(`store: DuckDB would read the folder name ${misleading} as a part of the data; rename it`);
  }
}

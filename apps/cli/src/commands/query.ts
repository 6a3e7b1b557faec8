import { UsageError } from '../failure.ts';
import { objectsPlace } from '../places/place.ts';
import { type Format, openFeatureStore, runQuery } from '../query/index.ts';
import { folder, registered, windowBounds } from './options.ts';

export interface QueryFlags {
  readonly store: string;
  readonly format: Format;
  readonly cache?: string;
  readonly from?: string;
  readonly to?: string;
}

export async function queryCommand(sql: string, { store, format, ...fetching }: QueryFlags): Promise<void> {
  const place = objectsPlace(store);
  if ('folder' in place) {
    const [flag] = Object.keys(fetching).filter((name) => ['cache', 'from', 'to'].includes(name));
    if (flag) throw new UsageError(`--${flag} is for a store in a bucket (s3://…); a folder is read where it is`);
    using opened = await openFeatureStore(place.folder, registered);
    return await runQuery(opened, sql, format, process.stdout);
  }
  const { cache, ...bounds } = fetching;
  const options = { cache: cache === undefined ? undefined : folder('--cache')(cache), ...windowBounds(bounds) };
  const { queryBucket } = await import('./query-bucket.ts');
  await queryBucket(place.url, sql, format, options);
}

import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { bucketView } from '../places/bucket-view.ts';
import { type Format, openFeatureStore, runQuery } from '../query/index.ts';
import { fetchParts } from '../query/remote/fetch-parts.ts';
import { PartsCache } from '../query/remote/parts-cache.ts';
import { registered } from './options.ts';
import { progressBar } from './progress-bar.ts';

export interface BucketOptions {
  /** The folder for copies; below the user's own cache by default. */
  readonly cache: string | undefined;
  /** Only parts of windows that begin in [from, to). */
  readonly from: number;
  readonly to: number;
}

/** A bar that comes and goes at once tells nobody anything. */
const barAfterMs = 500;

/** Fetches the parts that the statement may read into the cache, and asks there as one asks a folder. */
export async function queryBucket(
  url: string,
  sql: string,
  format: Format,
  { cache = userCache(), from, to }: BucketOptions,
): Promise<void> {
  await using bucket = bucketView(url);
  const name = createHash('sha256').update(`${bucket.server} ${url}`).digest('hex').slice(0, 16);
  await using view = await new PartsCache(join(cache, name)).openView();
  using store = await openFeatureStore(view.folder, registered);
  const reads = await store.reads(sql);
  const wanted = reads.map(({ feature, filters }) => ({ feature: feature.name, filters, from, to }));
  {
    using bar = progressBar('fetch', 'parts');
    const started = performance.now();
    await fetchParts(bucket.port, wanted, view, (done, total) => {
      if (performance.now() - started > barAfterMs) bar.show(done, total);
    });
  }
  await runQuery(store, sql, format, process.stdout);
}

function userCache(): string {
  const { XDG_CACHE_HOME: given = '' } = process.env;
  return join(isAbsolute(given) ? given : join(homedir(), '.cache'), 'neartime');
}

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { features } from '@neartime/features';
import type { ListedObject, VersionedObjectStore } from '@neartime/streams';
import { MemoryObjectStore } from '@neartime/streams/memory';
import { type Format, formats, openFeatureStore } from '../index.ts';
import { fetchParts } from '../remote/fetch-parts.ts';
import { PartsCache } from '../remote/parts-cache.ts';

/** A store in memory that keeps count of what is fetched from it. */
export class CountingStore extends MemoryObjectStore implements VersionedObjectStore {
  readonly fetched: string[] = [];
  readonly prefixes: string[] = [];
  atOnce = 0;
  mostAtOnce = 0;

  override async *listed(prefix: string): AsyncIterable<ListedObject> {
    this.prefixes.push(prefix);
    yield* super.listed(prefix);
  }

  override async read(name: string) {
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.atOnce);
    this.fetched.push(name);
    await new Promise((resume) => setTimeout(resume, 1));
    this.atOnce--;
    return super.read(name);
  }

  /** What was fetched since it was asked last. */
  takeFetched(): string[] {
    return this.fetched.splice(0).sort();
  }

  /** Puts an object, whatever stood there. */
  async set(name: string, body: Uint8Array): Promise<void> {
    const standing = await this.head(name);
    await this.put(name, body, standing === undefined ? { ifNoneMatch: '*' } : { ifMatch: standing });
  }

  /** Puts all parts of a folder. */
  async fill(folder: string): Promise<void> {
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
      if (statSync(join(folder, name)).isFile()) await this.set(name, readFileSync(join(folder, name)));
  }
}

/** The answer over a store of objects, as it would be printed. */
export async function remoteAnswer(
  store: VersionedObjectStore,
  cache: string,
  sql: string,
  { from = -Infinity, to = Infinity, format = 'csv' as Format } = {},
): Promise<string> {
  await using view = await new PartsCache(cache).openView();
  using open = await openFeatureStore(view.folder, features);
  const wanted = (await open.reads(sql)).map(({ feature, filters }) => ({ feature: feature.name, filters, from, to }));
  await fetchParts(store, wanted, view);
  let text = '';
  for await (const piece of formats[format](await open.query(sql))) text += piece;
  return text;
}

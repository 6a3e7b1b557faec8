import type { Catalogue, OnlineReader, OnlineWindows } from '@neartime/streams';
import type { CassandraPlace, RowsPlace } from './place.ts';

/* Every command finds its adapters here, behind the ports; one that is not asked for is not loaded. */

/** Something to look at, and how to close it. */
export interface Opened<T> extends AsyncDisposable {
  readonly port: T;
}

export async function openCatalogue(place: RowsPlace): Promise<Opened<Catalogue>> {
  if ('folder' in place) return ofFolder((await import('../embedded/embedded-store.ts')).openCatalogue(place.folder));
  await using opened = new AsyncDisposableStack();
  const view = opened.use(await cassandraView(place.cassandra));
  return held(await view.catalogue(), opened.move());
}

export async function openOnline(place: RowsPlace): Promise<Opened<OnlineReader>> {
  if ('folder' in place) return ofFolder((await import('../embedded/embedded-store.ts')).openOnline(place.folder));
  return openOnlineWindows(place.cassandra);
}

/** Only Cassandra keeps the rows of windows by id. */
export async function openOnlineWindows(place: CassandraPlace): Promise<Opened<OnlineReader & OnlineWindows>> {
  const view = await cassandraView(place);
  return held(view.online, view);
}

const cassandraView = async (place: CassandraPlace) => (await import('./cassandra-view.ts')).cassandraView(place);

const ofFolder = <T extends Disposable>(port: T): Opened<T> => ({
  port,
  [Symbol.asyncDispose]: async () => port[Symbol.dispose](),
});

const held = <T>(port: T, resources: AsyncDisposable): Opened<T> => ({
  port,
  [Symbol.asyncDispose]: () => resources[Symbol.asyncDispose](),
});

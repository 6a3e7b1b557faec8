import type { ListedObject, VersionedObjectStore } from '@neartime/streams';
import type { PartsView } from './parts-cache.ts';
import { sideBySide } from './side-by-side.ts';
import { isWanted, type WantedParts, wantedPrefixes } from './wanted-parts.ts';

export type OnFetched = (done: number, total: number) => void;

/** Shows in a view every part that is wanted, as the store has it now. */
export async function fetchParts(
  store: VersionedObjectStore,
  wanted: readonly WantedParts[],
  view: PartsView,
  onFetched: OnFetched = () => undefined,
): Promise<void> {
  const parts = await listParts(store, wanted);
  let done = 0;
  await sideBySide(parts, async (part) => {
    await view.show(part, store);
    onFetched(++done, parts.length);
  });
}

async function listParts(store: VersionedObjectStore, wanted: readonly WantedParts[]): Promise<ListedObject[]> {
  const parts: ListedObject[] = [];
  const listings = wanted.flatMap((each) => wantedPrefixes(each).map((prefix) => ({ each, prefix })));
  await sideBySide(listings, async ({ each, prefix }) => {
    for await (const object of store.listed(prefix)) if (isWanted(each, object.name)) parts.push(object);
  });
  return parts;
}

import { type Feature, murmur2, partitionOf } from '@neartime/engines';
import { type StoredRow, readRows } from '@neartime/parquet/read-rows';
import type { PartRows, RowKey } from '@neartime/schemas';
import { type ObjectStore, type OnlineRow, StoreError, objectName } from '@neartime/streams';
import { onlineTable } from '../online-table.ts';
import type { EmbeddedStore } from './embedded-store.ts';

/*
 * A revision may have fewer rows than what it replaces (changed feature code, a rebuild over other files). The online store
 * then must not keep a row that no window has: the newest older window that has the key takes its place.
 */

const nameOf = ({ id, country, brand }: RowKey): string => JSON.stringify([id, country, brand]);

function partitionOfText(id: string, partitions: number): number {
  const bytes = new TextEncoder().encode(id);
  return partitionOf(murmur2(bytes, 0, bytes.length), partitions);
}

/** The rows of an object; none when there is none, `undefined` when it is damaged. */
async function rowsOf(objects: ObjectStore, name: string): Promise<StoredRow[] | undefined> {
  const body = await objects.get(name);
  return body ? readRows(body) : [];
}

/** A part whose object is about to be replaced. */
interface StandingPart {
  readonly feature: Feature;
  readonly window: number;
  readonly partition: number;
}

/** The keys of the object that stands which the new rows do not have, as far as the online store shows them of this window. */
export async function lostKeys(
  { objects, online, partitions }: EmbeddedStore,
  part: StandingPart,
  rows: PartRows | undefined,
): Promise<RowKey[]> {
  const { feature, window, partition } = part;
  const table = onlineTable(feature);
  const standing = await rowsOf(objects, objectName(feature.name, window, partition));
  const kept = new Set(rows ? keyNames(rows) : []);
  // A damaged object does not say what it held, but the online store does, for all partitions.
  const keys =
    standing ?? (await online.keysOf(table, window)).filter(({ id }) => partitionOfText(id, partitions) === partition);
  const lost: RowKey[] = [];
  for (const { id, country, brand } of keys) {
    const key = { id, country, brand };
    if (kept.has(nameOf(key))) continue;
    const rowsOnline = await online.get(table, id);
    if (rowsOnline.some((row) => row.window === window && nameOf(row) === nameOf(key))) lost.push(key);
  }
  return lost;
}

function keyNames({ rows, ids, offsets, pairs, pair }: PartRows): string[] {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  return Array.from({ length: rows }, (_, row) =>
    nameOf({ id: decoder.decode(ids.subarray(offsets[row], offsets[row + 1])), ...pairs[pair[row]] }),
  );
}

/** For each key its row in the newest older window that has it, read from the objects; keys without one are left out. */
export async function olderRows(
  store: EmbeddedStore,
  { feature, before, except }: { feature: Feature; before: number; except: ReadonlySet<number> },
  keys: readonly RowKey[],
): Promise<OnlineRow[]> {
  const wanted = new Set(keys.map(nameOf));
  const partitions = new Set(keys.map(({ id }) => partitionOfText(id, store.partitions)));
  const found: OnlineRow[] = [];
  const parts = await store.catalogue.windowParts({ feature: feature.name });
  for (const part of parts
    .filter((one) => one.window < before && one.rows > 0 && partitions.has(one.partition) && !except.has(one.window))
    .sort((a, b) => b.window - a.window)) {
    if (wanted.size === 0) break;
    const name = objectName(feature.name, part.window, part.partition);
    const rows = await rowsOf(store.objects, name);
    if (!rows) throw new StoreError(`store: ${name} is damaged; rebuild it with: neartime backfill --force`);
    for (const row of rows) {
      if (!wanted.delete(nameOf(row))) continue;
      const value = row[feature.engine.output.name] as number | bigint;
      found.push({
        ...{ id: row.id, country: row.country, brand: row.brand, value },
        ...{ window: part.window, final: true, revision: part.revision, writtenAt: Math.floor(part.writtenAt) },
      });
    }
  }
  return found;
}

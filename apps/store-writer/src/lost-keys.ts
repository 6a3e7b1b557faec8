import { readRows } from '@neartime/parquet';
import type { PartRows, RowKey } from '@neartime/schemas';

/** The keys that an object has and a revision of its part has not any more; `undefined` when the object is damaged. */
export async function lostKeys(standing: Uint8Array, rows: PartRows): Promise<RowKey[] | undefined> {
  const before = await readRows(standing);
  if (!before) return undefined;
  const kept = new Set(namesOf(rows));
  return before.filter((row) => !kept.has(nameOf(row))).map(({ id, country, brand }) => ({ id, country, brand }));
}

const nameOf = ({ id, country, brand }: RowKey): string => JSON.stringify([id, country, brand]);
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

const namesOf = ({ rows, ids, offsets, pairs, pair }: PartRows): string[] =>
  Array.from({ length: rows }, (_, row) =>
    nameOf({ id: decoder.decode(ids.subarray(offsets[row], offsets[row + 1])), ...pairs[pair[row]!]! }),
  );

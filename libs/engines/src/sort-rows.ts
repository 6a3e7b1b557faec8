import { createHash } from 'node:crypto';
import type { PartRows } from '@neartime/schemas';
import type { Feature } from './feature.ts';
import { type PackedKeys, buffersOfKeys } from './folded-events.ts';
import { rowOrder } from './row-order.ts';
import { type PackedStates, stateColumn } from './state-column.ts';
import type { OpenWindow } from './window-tables.ts';

/** The unsorted rows of one part (a feature, a window, a partition), in a form that crosses threads. */
export interface PackedPart {
  /** Ids; their tags are places in `pairs`. */
  readonly keys: PackedKeys;
  /** Country and brand (two bytes of the country's length, country, brand). */
  readonly pairs: PackedKeys;
  readonly states: PackedStates;
}

/** Takes one part out of an open window, whole or only the given slots. */
export function packPart(
  window: OpenWindow,
  feature: Feature,
  partition: number,
  slots?: ArrayLike<number>,
): PackedPart {
  const table = window.table(feature.name, partition)!;
  const { size, arena, offsets, hashes, tags } = table.keys;
  const pairs = trimmed(window.pairs);
  if (!slots) return { keys: { size, arena, offsets, hashes, tags }, pairs, states: table.states.pack(size) };
  return { keys: trimmed(table.keys, slots), pairs, states: pick(table.states.pack(size), slots) };
}

const pick = (states: PackedStates, slots: ArrayLike<number>): PackedStates =>
  states instanceof Float64Array
    ? Float64Array.from(slots, (slot) => states[slot])
    : Array.from(slots, (slot) => states[slot]);

/** A copy of keys without slack: all of them, or the given slots. */
export function trimmed(keys: PackedKeys, slots?: ArrayLike<number>): PackedKeys {
  const { arena, offsets, hashes, tags, size } = keys;
  if (!slots) {
    return {
      size,
      arena: arena.slice(0, offsets[size]),
      offsets: offsets.slice(0, size + 1),
      hashes: hashes.slice(0, size),
      tags: tags.slice(0, size),
    };
  }
  const ends = Int32Array.from(slots, (slot) => offsets[slot + 1] - offsets[slot]);
  const places = new Int32Array(slots.length + 1);
  for (let i = 0; i < slots.length; i++) places[i + 1] = places[i] + ends[i];
  const bytes = new Uint8Array(places[slots.length]);
  for (let i = 0, at = 0; i < slots.length; i++) {
    for (let from = offsets[slots[i]], end = from + ends[i]; from < end; from++) bytes[at++] = arena[from];
  }
  return {
    size: slots.length,
    arena: bytes,
    offsets: places,
    hashes: Int32Array.from(slots, (slot) => hashes[slot]),
    tags: Int32Array.from(slots, (slot) => tags[slot]),
  };
}

/** The buffers of a part, to be moved instead of copied. */
export const buffersOfPart = ({ keys, pairs, states }: PackedPart): ArrayBuffer[] => [
  ...[keys, pairs].flatMap(buffersOfKeys),
  ...(states instanceof Float64Array ? [states.buffer] : []),
];

/** Sorts a part and takes its results: INT64 that a double does not hold exactly come as a BigInt64Array, all others as doubles. */
export function sortRows(part: PackedPart, feature: Feature): PartRows {
  const { order, ...rows } = sortKeys(part.keys, part.pairs);
  return { ...rows, values: results(part, feature, order) };
}

/** Sorts the keys of a part's rows; row i has the value of slot `order[i]`. */
export function sortKeys(
  keys: PackedKeys,
  allPairs: PackedKeys,
): Omit<PartRows, 'values'> & { readonly order: Int32Array } {
  const { rank, pairs } = sortPairs(allPairs, keys);
  const order = rowOrder(keys, rank);
  const offsets = new Int32Array(keys.size + 1);
  const ids = new Uint8Array(keys.offsets[keys.size]);
  const pair = new Int32Array(keys.size);
  let at = 0;
  for (let row = 0; row < keys.size; row++) {
    const slot = order[row];
    const end = keys.offsets[slot + 1];
    for (let i = keys.offsets[slot]; i < end; i++) ids[at++] = keys.arena[i];
    offsets[row + 1] = at;
    pair[row] = rank[keys.tags[slot]];
  }
  return { rows: keys.size, ids, offsets, pairs, pair, order };
}

function sortPairs(pairs: PackedKeys, keys: PackedKeys) {
  const used = [...new Set(keys.tags.subarray(0, keys.size))].map((tag) => {
    const key = pairs.arena.subarray(pairs.offsets[tag], pairs.offsets[tag + 1]);
    const brandAt = 2 + (key[0] << 8) + key[1];
    return { tag, country: key.subarray(2, brandAt), brand: key.subarray(brandAt) };
  });
  used.sort((a, b) => Buffer.compare(a.country, b.country) || Buffer.compare(a.brand, b.brand));
  const rank = new Int32Array(pairs.size);
  used.forEach(({ tag }, place) => (rank[tag] = place));
  return {
    rank,
    pairs: used.map(({ country, brand }) => ({ country: decoder.decode(country), brand: decoder.decode(brand) })),
  };
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

function results(part: PackedPart, feature: Feature, order: Int32Array): PartRows['values'] {
  const states = stateColumn(feature.engine, part.states);
  const values = new Float64Array(order.length);
  for (let row = 0; row < order.length; row++) {
    const value = states.result(order[row]);
    if (typeof value !== 'number') return BigInt64Array.from(order, (slot) => BigInt(states.result(slot)));
    values[row] = value;
  }
  return values;
}

/** A hash of the rows alone, whatever wrote them: 32 hex digits of the SHA-256 over the columns; '' for no rows. */
export function checksum({ rows, ids, offsets, pairs, pair, values }: PartRows): string {
  if (rows === 0) return '';
  const hash = createHash('sha256');
  hash.update(offsets).update(ids).update(JSON.stringify(pairs)).update(pair);
  hash.update(values);
  return hash.digest('hex').slice(0, 32);
}

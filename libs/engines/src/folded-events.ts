import type { Entity } from '@neartime/schemas';
import type { PackedStates } from './state-column.ts';

/** Keys as a KeyTable keeps them; arrays may be longer than `size` needs. */
export interface PackedKeys {
  readonly size: number;
  readonly arena: Uint8Array<ArrayBuffer>;
  readonly offsets: Int32Array<ArrayBuffer>;
  readonly hashes: Int32Array<ArrayBuffer>;
  readonly tags: Int32Array<ArrayBuffer>;
}

/** One feature of a folded file: keys are ids, their tags are groups. */
export interface FoldedFeature {
  readonly name: string;
  readonly keys: PackedKeys;
  readonly states: PackedStates;
}

/** Lines of an entity by window and partition (cell = window × partitions + partition), with their unseeded hash sums. */
export interface FoldedLines {
  readonly counts: Int32Array<ArrayBuffer>;
  readonly high: Int32Array<ArrayBuffer>;
  readonly low: Int32Array<ArrayBuffer>;
}

/** What one file gave, in a form that crosses threads without being copied. */
export interface FoldedEvents {
  readonly partitions: number;
  /** Window starts, in the order in which the file first touched them; elsewhere a window is its place here. */
  readonly windows: readonly number[];
  /** Groups: a window (the tag), a country and a brand (the key: two bytes of the country's length, country, brand). */
  readonly groups: PackedKeys;
  readonly features: readonly FoldedFeature[];
  readonly lines: Readonly<Partial<Record<Entity, FoldedLines>>>;
}

export const buffersOfKeys = ({ arena, offsets, hashes, tags }: PackedKeys): ArrayBuffer[] => [
  arena.buffer,
  offsets.buffer,
  hashes.buffer,
  tags.buffer,
];

/** The buffers of a folded file, to be moved instead of copied. */
export function buffersOf(folded: FoldedEvents): ArrayBuffer[] {
  const { groups, features, lines } = folded;
  return [
    ...buffersOfKeys(groups),
    ...features.flatMap(({ keys }) => buffersOfKeys(keys)),
    ...features.flatMap(({ states }) => (states instanceof Float64Array ? [states.buffer] : [])),
    ...Object.values(lines).flatMap(({ counts, high, low }) => [counts.buffer, high.buffer, low.buffer]),
  ];
}

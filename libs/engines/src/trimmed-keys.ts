import type { PackedKeys } from './folded-events.ts';

/** A copy of keys without slack: all of them, or the given slots. */
export function trimmed(keys: PackedKeys, slots?: readonly number[]): PackedKeys {
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
  slots.forEach((slot, i) => bytes.set(arena.subarray(offsets[slot], offsets[slot + 1]), places[i]));
  return {
    size: slots.length,
    arena: bytes,
    offsets: places,
    hashes: Int32Array.from(slots, (slot) => hashes[slot]),
    tags: Int32Array.from(slots, (slot) => tags[slot]),
  };
}

/**
 * Kafka's default partitioner hash of a key, as a signed 32-bit number.
 * Source: MurmurHash2 by Austin Appleby (public domain), with the seed and the tail order of Kafka's `Utils.murmur2`.
 */
export function murmur2(bytes: Uint8Array, start: number, end: number): number {
  const m = 0x5bd1e995;
  const length = end - start;
  let hash = 0x9747b28c ^ length;
  let at = start;
  for (const last = end - 3; at < last; at += 4) {
    let k = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
    k = Math.imul(k, m);
    k = Math.imul(k ^ (k >>> 24), m);
    hash = Math.imul(hash, m) ^ k;
  }
  const rest = end - at;
  if (rest >= 3) hash ^= bytes[at + 2] << 16;
  if (rest >= 2) hash ^= bytes[at + 1] << 8;
  if (rest >= 1) hash = Math.imul(hash ^ bytes[at], m);
  hash = Math.imul(hash ^ (hash >>> 13), m);
  return hash ^ (hash >>> 15);
}

/** The partition that Kafka's default partitioner gives a key of this hash. */
export const partitionOf = (hash: number, partitions: number): number => (hash & 0x7fffffff) % partitions;

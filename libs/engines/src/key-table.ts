import type { PackedKeys } from './folded-events.ts';

const smallest = 16;
/** What offsets can say. */
const mostBytes = 2 ** 31 - 1;

/**
 * Numbers distinct keys 0, 1, 2, … in the order in which they first come. A key is a run of bytes and a tag (a small number
 * that says to which group the bytes belong). This is the hash table under every grouping of the hot path: keys are hashed
 * and compared where they lie and copied once into one arena, so that no string and no object is made for an event.
 *
 * Open addressing with linear probing at a load of at most one half. `hashes` holds the murmur2 of the bytes alone, since
 * that also names the partition; the tag is mixed in only when probing.
 */
export class KeyTable {
  size = 0;
  arena: Uint8Array<ArrayBuffer>;
  /** Key i is arena[offsets[i], offsets[i + 1]). */
  offsets: Int32Array<ArrayBuffer>;
  hashes: Int32Array<ArrayBuffer>;
  tags: Int32Array<ArrayBuffer>;
  #index: Int32Array<ArrayBuffer>;
  #mask: number;

  constructor(capacity = smallest) {
    this.arena = new Uint8Array(capacity * 32);
    this.offsets = new Int32Array(capacity + 1);
    this.hashes = new Int32Array(capacity);
    this.tags = new Int32Array(capacity);
    this.#index = new Int32Array(capacity * 2);
    this.#mask = capacity * 2 - 1;
  }

  /** A table with these keys, which are copied. */
  static of({ size, arena, offsets, hashes, tags }: PackedKeys): KeyTable {
    const table = new KeyTable(2 ** Math.ceil(Math.log2(Math.max(size, smallest))));
    if (offsets[size] > table.arena.length) table.arena = new Uint8Array(offsets[size]);
    table.size = size;
    table.arena.set(arena.subarray(0, offsets[size]));
    table.offsets.set(offsets.subarray(0, size + 1));
    table.hashes.set(hashes.subarray(0, size));
    table.tags.set(tags.subarray(0, size));
    for (let slot = 0; slot < size; slot++) table.#index[table.#freePlace(hashes[slot], tags[slot])] = slot + 1;
    return table;
  }

  /** The number of the key `bytes[start, end)` with this tag; a new key gets the next one. `hash` is its murmur2. */
  upsert(bytes: Uint8Array, start: number, end: number, hash: number, tag: number): number {
    const place = this.#place(bytes, start, end, hash, tag);
    const slot = this.#index[place] - 1;
    return slot >= 0 ? slot : this.#append(bytes, start, end, hash, tag, place);
  }

  /** The number of a key that is there, else -1. */
  find(bytes: Uint8Array, start: number, end: number, hash: number, tag: number): number {
    const place = this.#place(bytes, start, end, hash, tag);
    return this.#index[place] - 1;
  }

  /** The bytes of key `slot`, as a view. */
  key(slot: number): Uint8Array {
    return this.arena.subarray(this.offsets[slot], this.offsets[slot + 1]);
  }

  /** The place in the index where the key is, or the free one where it would be. */
  #place(bytes: Uint8Array, start: number, end: number, hash: number, tag: number): number {
    const { arena, offsets, hashes, tags } = this;
    const index = this.#index;
    const mask = this.#mask;
    let place = mix(hash, tag) & mask;
    for (let entry = index[place]; entry !== 0; entry = index[place]) {
      const slot = entry - 1;
      if (hashes[slot] === hash && tags[slot] === tag) {
        let j = offsets[slot];
        if (offsets[slot + 1] - j === end - start) {
          let i = start;
          while (i < end && bytes[i] === arena[j]) {
            i++;
            j++;
          }
          if (i === end) return place;
        }
      }
      place = (place + 1) & mask;
    }
    return place;
  }

  #append(bytes: Uint8Array, start: number, end: number, hash: number, tag: number, place: number): number {
    const slot = this.size++;
    if (slot === this.hashes.length) {
      this.#grow();
      place = this.#freePlace(hash, tag);
    }
    const from = this.offsets[slot];
    const to = from + (end - start);
    if (to > this.arena.length) {
      if (to > mostBytes)
        throw new RangeError(`key table: the ids of one part are more than 2 GB: ${slot} keys; take more partitions`);
      this.arena = enlarged(this.arena, to);
    }
    const arena = this.arena;
    for (let i = start, j = from; i < end; i++, j++) arena[j] = bytes[i];
    this.offsets[slot + 1] = to;
    this.hashes[slot] = hash;
    this.tags[slot] = tag;
    this.#index[place] = slot + 1;
    return slot;
  }

  #grow(): void {
    const slots = this.hashes.length * 2;
    this.offsets = enlarged(this.offsets, slots + 1, slots + 1);
    this.hashes = enlarged(this.hashes, slots, slots);
    this.tags = enlarged(this.tags, slots, slots);
    // The smaller one would wait for the collector, and there is one for each doubling.
    this.#index.buffer.transfer(0);
    this.#index = new Int32Array(slots * 2);
    this.#mask = slots * 2 - 1;
    for (let slot = 0; slot < slots / 2; slot++) {
      this.#index[this.#freePlace(this.hashes[slot], this.tags[slot])] = slot + 1;
    }
  }

  #freePlace(hash: number, tag: number): number {
    let place = mix(hash, tag) & this.#mask;
    while (this.#index[place] !== 0) place = (place + 1) & this.#mask;
    return place;
  }
}

/** murmur2's low bits also choose the partition: within one partition they are alike, so the high ones are folded in. */
function mix(hash: number, tag: number): number {
  const mixed = Math.imul(hash ^ Math.imul(tag + 1, 0x9e3779b1), 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}

type Growable = Uint8Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/** The same elements with room for `needed`: twice as many as before, or `exactly` that many. The array itself is given up. */
export function enlarged<T extends Growable>(
  array: T,
  needed: number,
  exactly = Math.max(needed, array.length * 2),
): T {
  const larger = array.buffer.transfer(exactly * array.BYTES_PER_ELEMENT);
  return new (array.constructor as new (buffer: ArrayBuffer) => T)(larger);
}

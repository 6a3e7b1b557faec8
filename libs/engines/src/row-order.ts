import type { PackedKeys } from './folded-events.ts';

const longestInsertionSort = 16;

/**
 * The slots of `keys` in ascending order of their bytes (as unsigned bytes, a prefix before what it begins), keys of equal
 * bytes in the order of `rankOfTag[tag]`.
 *
 * Four bytes behind the common prefix and the slot are packed into one double (32 + 21 bits are exact), so that the native
 * sort of numbers does nearly all of the work; only runs that are equal in those bytes are compared byte by byte.
 */
export function rowOrder(keys: PackedKeys, rankOfTag: Int32Array): Int32Array<ArrayBuffer> {
  const { size } = keys;
  const skip = commonPrefix(keys);
  const slotBits = Math.max(1, Math.ceil(Math.log2(size + 1)));
  const slotSpan = 2 ** slotBits;
  const dropped = 2 ** Math.max(0, 32 - (53 - slotBits));
  const packed = new Float64Array(size);
  for (let slot = 0; slot < size; slot++) {
    packed[slot] = Math.floor(prefix(keys, slot, skip) / dropped) * slotSpan + slot;
  }
  packed.sort();
  const order = new Int32Array(size);
  for (let i = 0; i < size; i++) order[i] = packed[i] % slotSpan;

  const compare = (a: number, b: number): number =>
    compareFrom(keys, a, b, skip) || rankOfTag[keys.tags[a]] - rankOfTag[keys.tags[b]];
  for (let start = 0; start < size;) {
    const run = Math.floor(packed[start] / slotSpan);
    let end = start + 1;
    while (end < size && Math.floor(packed[end] / slotSpan) === run) end++;
    if (end - start > longestInsertionSort) order.subarray(start, end).sort(compare);
    else insertionSort(order, start, end, compare);
    start = end;
  }
  packed.buffer.transfer(0);
  return order;
}

function insertionSort(order: Int32Array, start: number, end: number, compare: (a: number, b: number) => number): void {
  for (let i = start + 1; i < end; i++) {
    const slot = order[i];
    let j = i - 1;
    while (j >= start && compare(order[j], slot) > 0) {
      order[j + 1] = order[j];
      j--;
    }
    order[j + 1] = slot;
  }
}

function commonPrefix({ arena, offsets, size }: PackedKeys): number {
  let length = size > 0 ? offsets[1] - offsets[0] : 0;
  for (let slot = 1; slot < size && length > 0; slot++) {
    const start = offsets[slot];
    length = Math.min(length, offsets[slot + 1] - start);
    let i = 0;
    while (i < length && arena[start + i] === arena[offsets[0] + i]) i++;
    length = i;
  }
  return length;
}

function prefix({ arena, offsets }: PackedKeys, slot: number, skip: number): number {
  const start = offsets[slot] + skip;
  const end = offsets[slot + 1];
  let value = 0;
  for (let i = start; i < start + 4; i++) value = value * 256 + (i < end ? arena[i] : 0);
  return value;
}

function compareFrom({ arena, offsets }: PackedKeys, a: number, b: number, skip: number): number {
  const lengthA = offsets[a + 1] - offsets[a];
  const lengthB = offsets[b + 1] - offsets[b];
  const length = Math.min(lengthA, lengthB);
  for (let i = skip; i < length; i++) {
    const difference = arena[offsets[a] + i] - arena[offsets[b] + i];
    if (difference !== 0) return difference;
  }
  return lengthA - lengthB;
}

import type { ByteWriter } from 'hyparquet-writer/src/bytewriter.js';
import { deltaBinaryPack } from 'hyparquet-writer/src/delta.js';
import type { TextBytes } from './text-bytes.ts';

/**
 * Writes values [from, to) in Parquet's DELTA_BYTE_ARRAY, which suits sorted text: how many bytes each value has in
 * common with the start of the one before it, the length of each rest (both DELTA_BINARY_PACKED), then all the rests.
 *
 * The library has this encoding too, but wants an object for each value, which costs several times as much.
 * Each loop is a function of its own: in one, its compiled code would be thrown away whenever a loop ends.
 */
export function writeDeltaByteArray(page: ByteWriter, text: TextBytes, from: number, to: number): void {
  const prefixes = sharedPrefixes(text, from, to);
  const rests = restLengths(text, prefixes, from);
  deltaBinaryPack(page, prefixes, 'INT32');
  deltaBinaryPack(page, rests, 'INT32');
  page.ensure(text.offsets[to] - text.offsets[from]);
  const size = copyRests(page, text, prefixes, from);
  page.index += size;
  page.offset += size;
}

function sharedPrefixes({ bytes, offsets }: TextBytes, from: number, to: number): Int32Array {
  const prefixes = new Int32Array(to - from);
  for (let i = 1; i < prefixes.length; i++) {
    const before = offsets[from + i - 1];
    const start = offsets[from + i];
    const most = Math.min(start - before, offsets[from + i + 1] - start);
    let shared = 0;
    while (shared < most && bytes[before + shared] === bytes[start + shared]) shared++;
    prefixes[i] = shared;
  }
  return prefixes;
}

function restLengths({ offsets }: TextBytes, prefixes: Int32Array, from: number): Int32Array {
  const lengths = new Int32Array(prefixes.length);
  for (let i = 0; i < lengths.length; i++) lengths[i] = offsets[from + i + 1] - offsets[from + i] - prefixes[i];
  return lengths;
}

/** Four bytes at a time, which saves a third of this loop's time. Returns how many were copied. */
function copyRests(
  { view: target, index }: ByteWriter,
  { bytes, offsets }: TextBytes,
  prefixes: Int32Array,
  from: number,
): number {
  const source = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = index;
  for (let i = 0; i < prefixes.length; i++) {
    const end = offsets[from + i + 1];
    let place = offsets[from + i] + prefixes[i];
    for (; place + 4 <= end; place += 4, at += 4) target.setUint32(at, source.getUint32(place));
    for (; place < end; place++, at++) target.setUint8(at, bytes[place]);
  }
  return at - index;
}

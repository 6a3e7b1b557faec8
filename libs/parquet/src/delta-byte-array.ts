import type { ByteWriter } from 'hyparquet-writer/src/bytewriter.js';
import { deltaBinaryPack } from 'hyparquet-writer/src/delta.js';
import type { TextBytes } from './text-bytes.ts';

/**
 * Writes values [from, to) in Parquet's DELTA_BYTE_ARRAY, which suits sorted text: of each value how many bytes it begins
 * like the one before it, of each the length of the rest (both DELTA_BINARY_PACKED), then all the rests.
 *
 * The library has this encoding too, but wants an object a value; from one array of bytes it takes a fifth of the time.
 */
export function writeDeltaByteArray(page: ByteWriter, { bytes, offsets }: TextBytes, from: number, to: number): void {
  const prefixes = new Int32Array(to - from);
  const suffixes = new Int32Array(to - from);
  let size = 0;
  let before = offsets[from];
  for (let value = from, start = before; value < to; value++) {
    const end = offsets[value + 1];
    const most = Math.min(start - before, end - start);
    let shared = 0;
    while (shared < most && bytes[before + shared] === bytes[start + shared]) shared++;
    prefixes[value - from] = shared;
    suffixes[value - from] = end - start - shared;
    size += end - start - shared;
    before = start;
    start = end;
  }
  deltaBinaryPack(page, prefixes, 'INT32');
  deltaBinaryPack(page, suffixes, 'INT32');
  page.ensure(size);
  const target = page.view;
  const source = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = page.index;
  for (let value = from; value < to; value++) {
    const end = offsets[value + 1];
    let i = offsets[value] + prefixes[value - from];
    for (; i + 4 <= end; i += 4, at += 4) target.setUint32(at, source.getUint32(i));
    for (; i < end; i++, at++) target.setUint8(at, bytes[i]);
  }
  page.index += size;
  page.offset += size;
}

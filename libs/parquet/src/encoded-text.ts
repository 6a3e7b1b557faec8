import { ByteWriter } from 'hyparquet-writer/src/bytewriter.js';
import { writeRleBitPackedHybrid } from 'hyparquet-writer/src/encoding.js';
import { writePlain } from 'hyparquet-writer/src/plain.js';
import { writeDeltaByteArray } from './delta-byte-array.ts';
import type { EncodedColumn, Page } from './encoded-column.ts';
import type { StringColumn } from './part-encoder.ts';
import { scratchPage } from './scratch-page.ts';
import { type TextBytes, textBytes, textRange } from './text-bytes.ts';
import { type TextDictionary, textDictionary } from './text-dictionary.ts';

/** Text of one page, unless a single value is longer; small enough to stay in a processor's cache. */
const pageBytes = 256 * 1024;

/** Text of few distinct values becomes places in a dictionary, other text what differs from the row before. */
export function encodeText(column: StringColumn, from: number, to: number, scratch: ByteWriter): EncodedColumn {
  const dictionary = textDictionary(column, from, to);
  if (dictionary) return encodePlaces(dictionary, scratch);
  const text = textBytes(column, from, to);
  return { encoding: 'DELTA_BYTE_ARRAY', pages: pagesOf(text, scratch), ...textRange(text) };
}

function encodePlaces({ entries, codes }: TextDictionary, scratch: ByteWriter): EncodedColumn {
  const sorted = entries.toSorted(Buffer.compare);
  const writePlaces = (page: ByteWriter) => {
    const bitWidth = Math.ceil(Math.log2(entries.length));
    page.appendUint8(bitWidth);
    writeRleBitPackedHybrid(page, codes, bitWidth);
  };
  return {
    encoding: 'RLE_DICTIONARY',
    dictionary: scratchPage(new ByteWriter(), entries.length, (page) =>
      writePlain(page, [...entries], 'BYTE_ARRAY', undefined),
    ),
    pages: [scratchPage(scratch, codes.length, writePlaces)],
    min: sorted[0],
    max: sorted[sorted.length - 1],
  };
}

function* pagesOf(text: TextBytes, scratch: ByteWriter): Iterable<Page> {
  const { offsets } = text;
  const values = offsets.length - 1;
  let end = 0;
  while (end < values) {
    const start = end++;
    while (end < values && offsets[end + 1] - offsets[start] <= pageBytes) end++;
    yield scratchPage(scratch, end - start, (page) => writeDeltaByteArray(page, text, start, end));
  }
}

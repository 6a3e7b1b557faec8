import type { ColumnChunk, CompressionCodec, Encoding, ParquetType } from 'hyparquet';
import type { ByteWriter } from 'hyparquet-writer/src/bytewriter.js';
import { writePageHeader } from 'hyparquet-writer/src/datapage.js';
import { snappyCompress } from 'hyparquet-writer/src/snappy.js';
import type { EncodedColumn, Page } from './encoded-column.ts';

const sampleBytes = 4096;
const worthCompressing = 7 / 8;

type PageType = 'DATA_PAGE' | 'DICTIONARY_PAGE';

/** Writes what a column has in one row group, compressed where that pays, and returns what the footer says about it. */
export function writeColumnChunk(
  writer: ByteWriter,
  name: string,
  type: ParquetType,
  column: EncodedColumn,
): ColumnChunk {
  const { dictionary, pages, encoding } = column;
  const start = writer.offset;
  let dataStart = start;
  let codec: CompressionCodec | undefined;
  let uncompressed = 0;
  let values = 0;
  for (const page of pages) {
    if (!codec) {
      codec = codecFor(page.bytes);
      if (dictionary) uncompressed += writePage(writer, dictionary, 'DICTIONARY_PAGE', 'PLAIN', codec);
      dataStart = writer.offset;
    }
    uncompressed += writePage(writer, page, 'DATA_PAGE', encoding, codec);
    values += page.values;
  }
  return {
    file_offset: BigInt(start),
    meta_data: {
      type,
      encodings: dictionary ? ['PLAIN', encoding] : [encoding],
      path_in_schema: [name],
      codec: codec!,
      num_values: BigInt(values),
      total_uncompressed_size: BigInt(uncompressed),
      total_compressed_size: BigInt(writer.offset - start),
      ...(dictionary && { dictionary_page_offset: BigInt(start) }),
      data_page_offset: BigInt(dataStart),
      statistics: { min_value: column.min, max_value: column.max, null_count: 0n },
    },
  };
}

/** Snappy costs more than all the rest, and gains nearly nothing on packed numbers and random ids: a sample tells. */
function codecFor(bytes: Uint8Array): CompressionCodec {
  const sample = bytes.subarray(-sampleBytes);
  return snappyCompress(sample).length < sample.length * worthCompressing ? 'SNAPPY' : 'UNCOMPRESSED';
}

/** Returns the page's size without compression, header included. */
function writePage(
  writer: ByteWriter,
  page: Page,
  type: PageType,
  encoding: Encoding,
  codec: CompressionCodec,
): number {
  const body = codec === 'SNAPPY' ? snappyCompress(page.bytes) : page.bytes;
  const start = writer.offset;
  const content = { num_values: page.values, encoding };
  writePageHeader(writer, {
    type,
    uncompressed_page_size: page.bytes.length,
    compressed_page_size: body.length,
    // Required columns have no levels, but the header must name an encoding for them.
    ...(type === 'DATA_PAGE'
      ? { data_page_header: { ...content, definition_level_encoding: 'RLE', repetition_level_encoding: 'RLE' } }
      : { dictionary_page_header: content }),
  });
  const headerBytes = writer.offset - start;
  writer.appendBytes(body);
  return headerBytes + page.bytes.length;
}

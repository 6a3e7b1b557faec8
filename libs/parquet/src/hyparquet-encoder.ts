import type { ParquetType, RowGroup, SchemaElement } from 'hyparquet';
import { ByteWriter } from 'hyparquet-writer/src/bytewriter.js';
import { writeMetadata } from 'hyparquet-writer/src/metadata.js';
import { writeColumnChunk } from './column-chunk.ts';
import { requireValues } from './column-values.ts';
import { encodeColumn } from './encoded-column.ts';
import type { Column, PartEncoder } from './part-encoder.ts';
import { rowGroupRows } from './row-group-rows.ts';

/** `PAR1`, with which a file begins and ends. */
const magic = 0x31524150;

/** In the form that readers parse. It is part of the bytes, so it never changes. */
const createdBy = 'neartime version 1';

/** Most ids stand whole in the statistics; of longer text a prefix does, that of the greatest rounded up. */
const statisticsBytes = 64;

const physicalTypes = { STRING: 'BYTE_ARRAY', INT64: 'INT64', DOUBLE: 'DOUBLE' } satisfies Record<
  Column['type'],
  ParquetType
>;

/**
 * hyparquet-writer, handed whole pages: it packs integers, compresses, and writes page headers and footer. Left to make
 * the pages too, it makes objects of every value and takes many times as long (docs/adr/0003-parquet-writer.md).
 */
export const hyparquetEncoder: PartEncoder = {
  name: 'hyparquet-writer',

  async encode(columns, rows) {
    requireValues(columns, rows);
    const writer = new ByteWriter(roomFor(columns, rows));
    const scratch = new ByteWriter(roomForPage);
    writer.appendUint32(magic);
    const groups: RowGroup[] = [];
    for (let from = 0; from < rows; from += rowGroupRows) {
      groups.push(writeRowGroup(writer, columns, from, Math.min(rows, from + rowGroupRows), scratch));
    }
    writeMetadata(writer, footer(columns, rows, groups), statisticsBytes);
    writer.appendUint32(magic);
    return writer.getBytes();
  },
};

/** Room for most files and pages: a buffer that has to grow is copied. */
const roomFor = (columns: readonly Column[], rows: number): number =>
  columns.reduce((bytes, column) => bytes + ('bytes' in column ? column.bytes.length : 8 * rows), 4096);
const roomForPage = 320 * 1024;

function writeRowGroup(
  writer: ByteWriter,
  columns: readonly Column[],
  from: number,
  to: number,
  scratch: ByteWriter,
): RowGroup {
  const start = writer.offset;
  const chunks = columns.map((column) => {
    const encoded = encodeColumn(column, from, to, scratch);
    return writeColumnChunk(writer, column.name, physicalTypes[column.type], encoded);
  });
  return {
    columns: chunks,
    num_rows: BigInt(to - from),
    total_byte_size: chunks.reduce((bytes, { meta_data }) => bytes + meta_data!.total_uncompressed_size, 0n),
    total_compressed_size: BigInt(writer.offset - start),
  };
}

function footer(columns: readonly Column[], rows: number, groups: RowGroup[]) {
  const leaf = ({ name, type }: Column): SchemaElement => ({
    name,
    type: physicalTypes[type],
    repetition_type: 'REQUIRED',
    ...(type === 'STRING' && { converted_type: 'UTF8' }),
  });
  return {
    version: 2,
    created_by: createdBy,
    schema: [{ name: 'root', num_children: columns.length }, ...columns.map(leaf)],
    num_rows: BigInt(rows),
    row_groups: groups,
    metadata_length: 0, // asked for by the type; readers fill it in
  };
}

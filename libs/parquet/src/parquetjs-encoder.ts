import { Writable } from 'node:stream';
import { exactInt64, plainDouble, requireValues } from './column-values.ts';
import type { Column, PartEncoder, StringColumn } from './part-encoder.ts';
import { rowGroupRows } from './row-group-rows.ts';

/**
 * parquetjs-lite, a row at a time. It would round an INT64 beyond 2^53, so that is refused. It is loaded on its first
 * use: as it is not the default, nobody should wait for it at start-up.
 */
export const parquetjsEncoder: PartEncoder = {
  name: 'parquetjs-lite',

  async encode(columns, rows) {
    requireValues(columns, rows);
    const { default: parquet } = await import('parquetjs-lite');
    const fields = columns.map((column) => ({ name: column.name, valueAt: reader(column) }));
    const schema = new parquet.ParquetSchema(
      Object.fromEntries(columns.map((column) => [column.name, fieldOf(column, rows)])),
    );
    const chunks: Uint8Array[] = [];
    const writer = await parquet.ParquetWriter.openStream(schema, streamInto(chunks), options);
    for (let row = 0; row < rows; row++) {
      await writer.appendRow(Object.fromEntries(fields.map(({ name, valueAt }) => [name, valueAt(row)])));
    }
    await writer.close();
    return new Uint8Array(Buffer.concat(chunks));
  },
};

// Its page index lacks required fields, and not every reader takes its second version of data pages.
const options = { rowGroupSize: rowGroupRows, pageSize: 20_000, pageIndex: false, useDataPageV2: false };

const types = { STRING: 'UTF8', INT64: 'INT64', DOUBLE: 'DOUBLE' } as const;

const fieldOf = (column: Column, rows: number) =>
  ({
    type: types[column.type],
    compression: 'SNAPPY',
    statistics: column.type !== 'STRING' || keepsOrder(column, rows),
  }) as const;

/** Its bounds follow UTF-16, readers go by UTF-8: from U+D800 on these differ, and a wrong bound would hide rows. */
function keepsOrder(column: StringColumn, rows: number): boolean {
  const textAt = textReader(column);
  for (let row = 0; row < rows; row++) if (/[\ud800-\uffff]/.test(textAt(row))) return false;
  return true;
}

function reader(column: Column): (row: number) => string | number {
  if (column.type === 'STRING') return textReader(column);
  const { name, values } = column;
  return column.type === 'INT64'
    ? (row) => safeInteger(exactInt64(values[row], name), name)
    : (row) => plainDouble(Number(values[row]), name);
}

function safeInteger(value: bigint, name: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number))
    throw new RangeError(`column ${name}: parquetjs-lite cannot hold exactly, as INT64, ${value}`);
  return number;
}

function textReader(column: StringColumn): (row: number) => string {
  if ('values' in column) return (row) => column.values[row];
  if ('indexes' in column) return (row) => column.dictionary[column.indexes[row]];
  const bytes = Buffer.from(column.bytes.buffer, column.bytes.byteOffset, column.bytes.length);
  return (row) => bytes.toString('utf8', column.offsets[row], column.offsets[row + 1]);
}

const streamInto = (chunks: Uint8Array[]): Writable =>
  new Writable({
    write(chunk: Uint8Array, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });

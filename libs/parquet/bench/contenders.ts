import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';
import { hyparquetEncoder } from '../src/hyparquet-encoder.ts';
import type { Column } from '../src/part-encoder.ts';
import { parquetjsEncoder } from '../src/parquetjs-encoder.ts';
import { rowGroupRows } from '../src/row-group-rows.ts';
import type { SamplePart } from './sample-part.ts';

type Encode = () => Promise<Uint8Array>;

/** Ways to encode a part; what is made before the function that they return is not measured. */
export const contenders: Readonly<Record<string, (part: SamplePart) => Encode>> = {
  'hyparquet-writer, packed columns': (part) => {
    const columns = part.packedColumns();
    return () => hyparquetEncoder.encode(columns, part.rows);
  },
  'hyparquet-writer, string columns': (part) => {
    const columns = withStrings(part);
    return () => hyparquetEncoder.encode(columns, part.rows);
  },
  'parquetjs-lite, packed columns': (part) => {
    const columns = part.packedColumns();
    return () => parquetjsEncoder.encode(columns, part.rows);
  },
  'hyparquet-writer alone, strings': (part) => {
    const { id, country, brand } = part.stringColumns();
    return async () =>
      ownPages([
        { name: 'id', data: id },
        { name: 'country', data: country },
        { name: 'brand', data: brand },
        { name: 'at', data: Array.from(part.at, BigInt) },
      ]);
  },
  'hyparquet-writer alone, tuned': (part) => {
    const { country, brand } = part.stringColumns();
    const { idBytes, offsets } = part;
    return async () =>
      ownPages([
        {
          name: 'id',
          data: Array.from({ length: part.rows }, (_, row) => idBytes.subarray(offsets[row], offsets[row + 1])),
          encoding: 'DELTA_BYTE_ARRAY',
          codec: 'UNCOMPRESSED',
        },
        { name: 'country', data: country, encoding: 'RLE_DICTIONARY', codec: 'UNCOMPRESSED' },
        { name: 'brand', data: brand, encoding: 'RLE_DICTIONARY', codec: 'UNCOMPRESSED' },
        { name: 'at', data: part.at, encoding: 'DELTA_BINARY_PACKED', codec: 'UNCOMPRESSED' },
      ]);
  },
};

function withStrings(part: SamplePart): Column[] {
  const { id, country, brand } = part.stringColumns();
  return [
    { name: 'id', type: 'STRING', values: id },
    { name: 'country', type: 'STRING', values: country },
    { name: 'brand', type: 'STRING', values: brand },
    { name: 'at', type: 'INT64', values: part.at },
  ];
}

/** hyparquet-writer by its front door: it makes the pages itself. */
function ownPages(columnData: ColumnSource[]): Uint8Array {
  const text = { type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' } as const;
  const number = { type: 'INT64', repetition_type: 'REQUIRED' } as const;
  const schema = [
    { name: 'root', num_children: columnData.length },
    ...columnData.map(({ name }) => ({ name, ...(name === 'at' ? number : text) })),
  ];
  return new Uint8Array(parquetWriteBuffer({ schema, columnData, rowGroupSize: rowGroupRows }));
}

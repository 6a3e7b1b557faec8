import type { PartRows } from '@neartime/schemas';
import { hyparquetEncoder } from './hyparquet-encoder.ts';
import type { Column } from './part-encoder.ts';

/** The column of an engine's results. */
export interface ValueColumn {
  readonly name: string;
  readonly type: 'INT64' | 'DOUBLE';
}

/** The columns of a part, as every object of the store has them. */
export function columnsOf({ ids, offsets, pairs, pair, values }: PartRows, { name, type }: ValueColumn): Column[] {
  return [
    { name: 'id', type: 'STRING', bytes: ids, offsets },
    { name: 'country', type: 'STRING', dictionary: pairs.map(({ country }) => country), indexes: pair },
    { name: 'brand', type: 'STRING', dictionary: pairs.map(({ brand }) => brand), indexes: pair },
    type === 'INT64' ? { name, type, values } : { name, type, values: values as Float64Array },
  ];
}

/** The bytes of the object of a part: the same for the same rows, whoever writes them. */
export const encodeRows = (rows: PartRows, value: ValueColumn): Promise<Uint8Array<ArrayBuffer>> =>
  hyparquetEncoder.encode(columnsOf(rows, value), rows.rows);

/** A part that had rows and has none any more. */
export const noRows: PartRows = {
  rows: 0,
  ids: new Uint8Array(0),
  offsets: new Int32Array(1),
  pairs: [],
  pair: new Int32Array(0),
  values: new Float64Array(0),
};

import { type Feature, checksum } from '@neartime/engines';
import { type Column, defaultEncoder } from '@neartime/parquet';
import type { PartRows } from '@neartime/schemas';
import { contentHash } from '@neartime/streams/embedded';

/** The object of a part. */
export interface PartObject {
  readonly checksum: string;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly etag: string;
}

export async function encodePart(rows: PartRows, feature: Feature): Promise<PartObject> {
  const body = await defaultEncoder.encode(columnsOf(rows, feature), rows.rows);
  return { checksum: checksum(rows), body, etag: contentHash(body) };
}

/** The object of a part that had rows and has none any more. */
export const encodeEmptyPart = (feature: Feature): Promise<Uint8Array<ArrayBuffer>> =>
  defaultEncoder.encode(columnsOf(noRows, feature), 0);

const noRows: PartRows = {
  rows: 0,
  ids: new Uint8Array(0),
  offsets: new Int32Array(1),
  pairs: [],
  pair: new Int32Array(0),
  values: new Float64Array(0),
};

function columnsOf({ ids, offsets, pairs, pair, values }: PartRows, feature: Feature): Column[] {
  const { name, type } = feature.engine.output;
  return [
    { name: 'id', type: 'STRING', bytes: ids, offsets },
    { name: 'country', type: 'STRING', dictionary: pairs.map(({ country }) => country), indexes: pair },
    { name: 'brand', type: 'STRING', dictionary: pairs.map(({ brand }) => brand), indexes: pair },
    type === 'INT64' ? { name, type, values } : { name, type, values: values as Float64Array },
  ];
}

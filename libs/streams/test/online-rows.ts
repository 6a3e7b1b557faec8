import type { PartRows, RowKey } from '@neartime/schemas';
import type { OnlineTable, OnlineWrite, Revision } from '../src/index.ts';

export const browses: OnlineTable = { feature: 'device_browses', column: 'actions_count', type: 'INT64' };

export interface Row extends RowKey {
  readonly value: number | bigint;
}

export const row = (id: string, value: number | bigint, country = 'pl', brand = 'olx'): Row => ({
  id,
  country,
  brand,
  value,
});

/** Rows as the engines hand them over. */
export function partRows(rows: readonly Row[]): PartRows {
  const ids = rows.map(({ id }) => Buffer.from(id));
  const offsets = [0];
  for (const id of ids) offsets.push(offsets.at(-1)! + id.length);
  const values = rows.map(({ value }) => value);
  return {
    rows: rows.length,
    ids: new Uint8Array(Buffer.concat(ids)),
    offsets: Int32Array.from(offsets),
    pairs: rows.map(({ country, brand }) => ({ country, brand })),
    pair: Int32Array.from(rows.keys()),
    values: values.some((value) => typeof value === 'bigint')
      ? BigInt64Array.from(values, BigInt)
      : Float64Array.from(values, Number),
  };
}

export const write = (window: number, revision: Revision, rows: readonly Row[], table = browses): OnlineWrite => ({
  ...{ table, window, revision, rows: partRows(rows), writtenAt: window + 700 },
});

/** A column of one part: a value a row. INT64 values beyond 2^53 come as bigint. */
export type Column =
  | { readonly name: string; readonly type: 'STRING'; readonly values: readonly string[] }
  | { readonly name: string; readonly type: 'INT64'; readonly values: readonly (number | bigint)[] | Float64Array }
  | { readonly name: string; readonly type: 'DOUBLE'; readonly values: readonly number[] | Float64Array };

/**
 * Turns the sorted rows of one part into the bytes of a Parquet file. The same columns give the same bytes, on any machine
 * and at any time: fixed row-group size, a JavaScript codec, nothing about the run in the metadata.
 */
export interface PartEncoder {
  readonly name: string;
  /** `rows` may be 0: the file then holds the schema alone. Every column is required (no nulls) and has `rows` values. */
  encode(columns: readonly Column[], rows: number): Promise<Uint8Array>;
}

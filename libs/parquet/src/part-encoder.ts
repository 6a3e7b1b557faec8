/**
 * Text of one column, in the form that its owner has at hand: a string for each row; for each row a place in a
 * dictionary, whose entries may repeat or be used by no row; or UTF-8, row i in bytes[offsets[i], offsets[i + 1]).
 * The two latter save making strings, and are written about twice as fast.
 */
export type StringColumn = { readonly name: string; readonly type: 'STRING' } & (
  | { readonly values: readonly string[] }
  | { readonly dictionary: readonly string[]; readonly indexes: Int32Array }
  | { readonly bytes: Uint8Array; readonly offsets: Int32Array }
);

/** Whole numbers of 64 bits; one that a double does not hold exactly (beyond 2^53) comes as bigint. */
export interface Int64Column {
  readonly name: string;
  readonly type: 'INT64';
  readonly values: readonly (number | bigint)[] | Float64Array | BigInt64Array;
}

/** Every number but NaN; -0 is written as 0, so that equal rows have equal bytes. */
export interface DoubleColumn {
  readonly name: string;
  readonly type: 'DOUBLE';
  readonly values: readonly number[] | Float64Array;
}

/** A column of one part: a value a row. */
export type Column = StringColumn | Int64Column | DoubleColumn;

/**
 * Turns the sorted rows of one part into the bytes of a Parquet file. The same rows give the same bytes, whatever the
 * form of their columns, on any machine and at any time: fixed row-group size, a JavaScript codec, and nothing about
 * the run in the metadata.
 */
export interface PartEncoder {
  readonly name: string;
  /**
   * `rows` may be 0: the file then holds the schema alone. Every column is required (no nulls) and has `rows` values. A
   * value that the file could not give back is refused with a RangeError, never changed (see the columns).
   */
  encode(columns: readonly Column[], rows: number): Promise<Uint8Array<ArrayBuffer>>;
}

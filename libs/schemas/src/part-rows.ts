/** The rows of one part (a feature, a window, a partition) by id, country and brand, in byte order; column by column. */
export interface PartRows {
  readonly rows: number;
  /** Id of row i: UTF-8 bytes ids[offsets[i], offsets[i + 1]). */
  readonly ids: Uint8Array<ArrayBuffer>;
  readonly offsets: Int32Array<ArrayBuffer>;
  /** The distinct pairs, sorted by country and brand; row i has pairs[pair[i]]. */
  readonly pairs: readonly CountryBrand[];
  readonly pair: Int32Array<ArrayBuffer>;
  /** The engine's results: doubles, or 64-bit integers where one of them is beyond what a double holds exactly. */
  readonly values: Float64Array<ArrayBuffer> | BigInt64Array<ArrayBuffer>;
}

export interface CountryBrand {
  readonly country: string;
  readonly brand: string;
}

/** What makes a row: one per id, country and brand in a window. */
export interface RowKey extends CountryBrand {
  readonly id: string;
}

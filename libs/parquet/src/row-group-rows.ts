/**
 * Rows of a row group, the same in every file, since it shows in the bytes. Readers skip row groups and share them
 * out among threads, and an encoder holds one at a time; DuckDB reads groups of 250,000 rows no faster.
 */
export const rowGroupRows = 100_000;

/**
 * Rows of a row group, the same in every file: part of the bytes that must not change. Readers skip and share out whole row
 * groups; DuckDB reads files of 50,000 to 250,000 rows a group equally fast, and an encoder holds one at a time.
 */
export const rowGroupRows = 100_000;

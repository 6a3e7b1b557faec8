export * from './part-encoder.ts';
export { hyparquetEncoder } from './hyparquet-encoder.ts';
export { encodeRows, noRows } from './part-columns.ts';
export { type StoredRow, readRows } from './read-rows.ts';
export { parquetjsEncoder } from './parquetjs-encoder.ts';

export * from './part-encoder.ts';
export { hyparquetEncoder } from './hyparquet-encoder.ts';
export { hyparquetEncoder as defaultEncoder } from './hyparquet-encoder.ts';
export { parquetjsEncoder } from './parquetjs-encoder.ts';

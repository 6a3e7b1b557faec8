export * from './dead-letters.ts';
export type { Reading } from './avro-type.ts';
export * from './record-decoder.ts';
export { RecordEncoder, prefixBytes } from './record-encoder.ts';
export * from './schema-registry.ts';
export { writeLong } from './write-long.ts';

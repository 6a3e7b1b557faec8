export * from './confluent-registry.ts';
export type { Compression } from './compression.ts';
export * from './kafka-client.ts';
export * from './kafka-reader.ts';
export * from './kafka-topics.ts';
export * from './kafka-writer.ts';

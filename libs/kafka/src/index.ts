export * from './confluent-registry.ts';
export * from './kafka-client.ts';
export * from './kafka-reader.ts';
export * from './kafka-topics.ts';
export * from './kafka-writer.ts';

export * from './cassandra.ts';
export * from './connect-log.ts';
export * from './connect-objects.ts';
export * from './connect-pipeline.ts';
export * from './member-work.ts';
export * from './pipeline-settings.ts';
export * from './settle-partitions.ts';
export { isStoreUrl } from './store-url.ts';
export * from './topic-specs.ts';

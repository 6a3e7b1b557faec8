export * from './event-reader.ts';
export * from './feature-worker.ts';
export * from './reprocess/reprocessor.ts';
export * from './window-publisher.ts';

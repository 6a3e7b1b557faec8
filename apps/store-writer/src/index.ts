export * from './part-writer.ts';
export * from './rows-worker.ts';

export * from './feature-worker.ts';
export * from './window-publisher.ts';

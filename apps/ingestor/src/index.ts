export * from './ingest-file.ts';
export * from './notice.ts';
export * from './notices-worker.ts';
export * from './progress-sender.ts';

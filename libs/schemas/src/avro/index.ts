export * from './avro-record.ts';
export * from './dead-letter.ts';
export * from './event.ts';
export * from './feature-records.ts';
export * from './progress.ts';
export * from './rejected-lines.ts';

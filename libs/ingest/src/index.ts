export * from './gunzip.ts';
export * from './line-reader.ts';
export * from './line-sink.ts';
export * from './raw-file-name.ts';
export * from './raw-file.ts';
export * from './rejected-lines.ts';

export * from './part-encoder.ts';

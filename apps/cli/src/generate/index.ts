export * from './demo-reservoir.ts';
export * from './make-folder.ts';
export * from './reservoir.ts';

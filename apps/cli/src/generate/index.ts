export * from './demo-reservoir.ts';
export * from './reservoir.ts';

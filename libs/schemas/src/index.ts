export * from './event-schema.ts';
export * from './limits.ts';
export * from './line-sum.ts';
export * from './part-rows.ts';
export * from './reject-reason.ts';

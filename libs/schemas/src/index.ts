export * from './event-schema.ts';
export * from './limits.ts';
export * from './reject-reason.ts';

export * from './memory-leases.ts';
export * from './memory-log.ts';
export * from './memory-object-store.ts';
export * from './memory-online-store.ts';
export * from './memory-registry.ts';

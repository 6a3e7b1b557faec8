export * from './log.contract.ts';
export * from './schema-registry.contract.ts';
export { collected } from './collected.ts';
export { describedObjectStoreContract } from './described-object-store.contract.ts';
export { objectStoreContract } from './object-store.contract.ts';
export type { Open, Opened } from './opened.ts';
export { reservoirContract, type FilledReservoir } from './reservoir.contract.ts';

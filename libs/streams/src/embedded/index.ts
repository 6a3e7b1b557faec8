export * from './folder-object-store.ts';
export * from './folder-reservoir.ts';
export * from './sqlite-catalogue.ts';
export * from './sqlite-online-store.ts';
export * from './store-lock.ts';

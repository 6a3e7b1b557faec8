export * from './catalogue.ts';
export * from './clock.ts';
export * from './object-store.ts';
export * from './online-store.ts';
export * from './reservoir.ts';
export * from './store-error.ts';

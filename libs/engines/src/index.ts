export * from './count.ts';
export * from './engine.ts';
export * from './feature.ts';
export * from './last-action-time.ts';
export * from './recipe.ts';

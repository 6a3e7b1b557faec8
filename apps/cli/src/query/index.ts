export { type Format, formats } from './format/index.ts';
export { FeatureStore, openFeatureStore } from './feature-store.ts';
export { runQuery } from './run-query.ts';

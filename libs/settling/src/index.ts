export * from './backoff.ts';
export * from './window-state.ts';

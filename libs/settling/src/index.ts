export * from './backoff.ts';
export * from './compare-windows.ts';
export * from './parity.ts';
export * from './read-windows.ts';
export * from './registered-features.ts';
export * from './window-state.ts';
export * from './requests.ts';
export * from './unsettled.ts';

export * from './servers.ts';
export * from './with-servers.ts';

export { cassandraContainer, startLog } from './containers.ts';
export * from './servers.ts';
export * from './with-servers.ts';

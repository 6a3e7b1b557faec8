export * from './connect-cassandra.ts';
export * from './look-at-cassandra.ts';

export * from './cassandra-catalogue.ts';
export * from './cassandra-leases.ts';
export * from './cassandra-online-store.ts';
export { type CassandraOptions, CassandraSession } from './session.ts';

export * from './cassandra-catalogue.ts';
export * from './cassandra-leases.ts';
export { CassandraOnlineRows } from './cassandra-online-rows.ts';
export * from './cassandra-online-store.ts';
export { type CassandraOptions, type CassandraPatience, CassandraSession } from './session.ts';

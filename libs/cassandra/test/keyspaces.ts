import { randomUUID } from 'node:crypto';
import type { Servers } from '@neartime/testing/servers';
import { CassandraSession } from '../src/index.ts';

/** A new keyspace that goes with the block. */
export async function newKeyspace({ cassandra }: Servers): Promise<CassandraSession> {
  const keyspace = `test_${randomUUID().replaceAll('-', '').slice(0, 16)}`;
  const { contactPoint, localDataCenter } = cassandra;
  return CassandraSession.connect({ contactPoints: [contactPoint], localDataCenter, keyspace });
}

export async function dropKeyspace(session: CassandraSession): Promise<void> {
  await session.define([`DROP KEYSPACE IF EXISTS ${session.keyspace}`]);
  await session[Symbol.asyncDispose]();
}

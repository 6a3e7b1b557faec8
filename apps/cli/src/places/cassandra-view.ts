import { type CassandraView, lookAtCassandra } from '@neartime/servers/cassandra';
import { cassandraSettings } from '@neartime/service/config';
import type { CassandraPlace } from './place.ts';
import { settingsOf } from './settings.ts';

/** Somebody waits at the terminal: a server that does not answer soon is down. */
const patience = { connectMs: 3000, answerMs: 8000, heartBeatMs: 0 };

/** The keyspace that a flag names, with the services' own variables for what it does not say. */
export async function cassandraView({ contactPoints, keyspace }: CassandraPlace): Promise<CassandraView> {
  const named = {
    CASSANDRA_CONTACT_POINTS: contactPoints.join(),
    ...(keyspace !== undefined && { CASSANDRA_KEYSPACE: keyspace }),
  };
  return lookAtCassandra(settingsOf(cassandraSettings, named), patience);
}

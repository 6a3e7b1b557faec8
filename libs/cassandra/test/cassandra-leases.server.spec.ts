import { leasesContract } from '@neartime/streams/contracts';
import { describeWithServers } from '@neartime/testing/servers';
import { afterAll, beforeAll } from 'vitest';
import { CassandraLeases, type CassandraSession } from '../src/index.ts';
import { dropKeyspace, newKeyspace } from './keyspaces.ts';

describeWithServers('Cassandra', (servers) => {
  let session: CassandraSession;
  beforeAll(async () => (session = await newKeyspace(servers)));
  afterAll(() => dropKeyspace(session));

  leasesContract('CassandraLeases', async () => ({
    port: await CassandraLeases.over(session),
    [Symbol.asyncDispose]: async () => undefined,
  }));
});

import { StoreError } from '@neartime/streams';
import { describeWithServers } from '@neartime/testing/servers';
import { describe, expect, it } from 'vitest';
import { CassandraSession } from '../src/index.ts';

const failure = async (options: Partial<Parameters<typeof CassandraSession.connect>[0]>) => {
  const standing = { contactPoints: ['127.0.0.1:1'], localDataCenter: 'datacenter1', keyspace: 'test_none' };
  return CassandraSession.connect({ ...standing, ...options }).catch((error: unknown) => error as StoreError);
};

describeWithServers('a Cassandra that is there', ({ cassandra }) => {
  it('has no keyspace made by whoever only looks', async () => {
    const options = { contactPoints: [cassandra.contactPoint], localDataCenter: cassandra.localDataCenter };
    for (const _ of [1, 2])
      await expect(CassandraSession.toExisting({ ...options, keyspace: 'test_never_made' })).rejects.toThrow(
        /^cassandra: there is no keyspace test_never_made at /,
      );
  });

  it('says of a data centre that it does not have what to look at', async () => {
    const error = await failure({ contactPoints: [cassandra.contactPoint], localDataCenter: 'elsewhere' });
    expect(error).toMatchObject({ retriable: false });
    expect((error as StoreError).message).toMatch(
      /^cassandra: cannot use the keyspace test_none at .*CASSANDRA_LOCAL_DATA_CENTER$/,
    );
  });
});

describe('a Cassandra that does not answer', () => {
  it('may answer later', async () => {
    const error = await failure({});
    expect(error).toBeInstanceOf(StoreError);
    expect(error).toMatchObject({ retriable: true });
    expect((error as StoreError).message).toMatch(/^cassandra: cannot use the keyspace test_none at 127.0.0.1:1: /);
  });
});

import { onlineWrite, revisableOnlineStoreContract } from '@neartime/streams/contracts';
import { describeWithServers } from '@neartime/testing/servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CassandraCatalogue, CassandraOnlineRows, CassandraOnlineStore, type CassandraSession } from '../src/index.ts';
import { dropKeyspace, newKeyspace } from './keyspaces.ts';

const { browses, row, write } = onlineWrite;
const nine = 1_533_081_600;

describeWithServers('Cassandra', (servers) => {
  let session: CassandraSession;
  let store: CassandraOnlineStore;

  beforeAll(async () => {
    session = await newKeyspace(servers);
    store = new CassandraOnlineStore(session, { windowsTtl: 90 * 86_400 });
  });
  afterAll(() => dropKeyspace(session));

  const open = async () => {
    await store.get(browses, 'a');
    for (const table of [browses.feature, `${browses.feature}_windows`]) await session.write(`TRUNCATE ${table}`, []);
    return { port: store, [Symbol.asyncDispose]: async () => undefined };
  };

  revisableOnlineStoreContract('CassandraOnlineStore', open, { runs: 8 });

  describe('the table of windows', () => {
    it('has the rows of an id by window, the newest first, each with its last revision', async () => {
      await open();
      await store.write([write(nine, { final: 0 }, [row('a', 1)]), write(nine + 600, { final: 0 }, [row('a', 2)])]);
      await store.write([
        write(nine + 600, { provisional: 7 }, [row('a', 9)]),
        write(nine, { final: 2 }, [row('a', 3)]),
      ]);
      const rows = await store.windowsOf(browses, 'a', 10);
      expect(rows.map(({ window, value, revision, final }) => [window, value, revision, final])).toEqual([
        [nine + 600, 2, 0, true],
        [nine, 3, 2, true],
      ]);
      expect(await store.windowsOf(browses, 'a', 1)).toHaveLength(1);
    });

    it('gives whole windows: each with every country and brand of the id', async () => {
      await open();
      for (const window of [nine, nine + 600, nine + 1200])
        await store.write([write(window, { final: 0 }, [row('a', 1, 'pl'), row('a', 2, 'ro')])]);
      const rows = await store.windowsOf(browses, 'a', 2);
      expect(rows.map(({ window, country }) => [window, country])).toEqual([
        [nine + 1200, 'pl'],
        [nine + 1200, 'ro'],
        [nine + 600, 'pl'],
        [nine + 600, 'ro'],
      ]);
    });

    it('lets its rows go after a time, and the latest row not', async () => {
      await open();
      await store.write([write(nine, { final: 0 }, [row('a', 1)])]);
      const ttl = async (table: string) => (await session.all(`SELECT TTL(final) AS left FROM ${table}`))[0]!['left'];
      expect(await ttl(`${browses.feature}_windows`)).toBeGreaterThan(89 * 86_400);
      expect(await ttl(browses.feature)).toBeNull();
    });
  });

  describe('whoever only looks', () => {
    const tables = async () =>
      (
        await session.all('SELECT table_name FROM system_schema.tables WHERE keyspace_name = ?', [session.keyspace])
      ).map((each) => each['table_name']);

    it('sees what the store has', async () => {
      await open();
      await store.write([write(nine, { final: 3 }, [row('a', 2n ** 60n)])]);
      const rows = new CassandraOnlineRows(session);
      expect(await rows.get(browses, 'a')).toEqual(await store.get(browses, 'a'));
      expect(await rows.windowsOf(browses, 'a', 9)).toEqual(await store.windowsOf(browses, 'a', 9));
    });

    it('makes no table, and finds no rows of a feature that has none', async () => {
      const before = await tables();
      const rows = new CassandraOnlineRows(session);
      const table = { feature: 'never_written', column: 'count', type: 'INT64' } as const;
      expect(await rows.get(table, 'a')).toEqual([]);
      expect(await rows.windowsOf(table, 'a', 9)).toEqual([]);
      await expect(CassandraCatalogue.existing(session)).rejects.toThrow(/holds no catalogue/);
      expect(await tables()).toEqual(before);
    });
  });

  describe('a table of another engine', () => {
    it('is refused, with what to do', async () => {
      await open();
      const other = new CassandraOnlineStore(session, { windowsTtl: 3600 });
      const table = { ...browses, column: 'average_price', type: 'DOUBLE' } as const;
      await expect(other.get(table, 'a')).rejects.toThrow(
        /^cassandra: the column average_price of test_\w+\.\w+ is not there: .* give the feature another name, or drop/,
      );
    });

    it('is made once by many who begin with it at the same time', async () => {
      const table = { feature: 'made_by_many', column: 'count', type: 'INT64' } as const;
      const stores = Array.from({ length: 4 }, () => new CassandraOnlineStore(session, { windowsTtl: 3600 }));
      await Promise.all(stores.map((one, i) => one.write([write(nine, { final: 0 }, [row(`${i}`, i)], table)])));
      for (const i of [0, 1, 2, 3]) expect(await store.get(table, `${i}`)).toHaveLength(1);
    });
  });
});

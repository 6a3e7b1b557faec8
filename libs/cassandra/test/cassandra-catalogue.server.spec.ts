import { catalogueContract, cell, outcome, read, seen, task } from '@neartime/streams/contracts';
import { describeWithServers } from '@neartime/testing/servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CassandraCatalogue, type CassandraSession } from '../src/index.ts';
import { catalogueTables } from '../src/catalogue-tables.ts';
import { dropKeyspace, newKeyspace } from './keyspaces.ts';

const nine = 1_533_081_600;

describeWithServers('Cassandra', (servers) => {
  let session: CassandraSession;
  let catalogue: CassandraCatalogue;

  beforeAll(async () => {
    session = await newKeyspace(servers);
    catalogue = await CassandraCatalogue.over(session);
  });
  afterAll(() => dropKeyspace(session));

  /** The same tables for every test, emptied before each. */
  const open = async () => {
    for (const table of catalogueTables) await session.write(`TRUNCATE ${/EXISTS (\w+)/.exec(table)![1]}`, []);
    // It remembers its last listing, which is none of this test's.
    await catalogue.toCheck();
    return { port: catalogue, [Symbol.asyncDispose]: async () => undefined };
  };

  catalogueContract('CassandraCatalogue', open, { runs: 4 });

  const part = (revision: number) => ({
    ...{ feature: 'f', window: nine, partition: 0, revision, rows: revision, checksum: `${revision}`, etag: undefined },
    ...{ lines: { lines: 1, high: 1, low: 1 }, state: 'written' as const, closedAt: 1, writtenAt: 2 },
  });

  /** A session of a process that is slow: others do this just before it changes a file's row. */
  const beforeFileChanges = (action: () => Promise<unknown>): CassandraSession =>
    new Proxy(session, {
      get(target, name) {
        if (name === 'transact')
          return async (cql: string, values: readonly unknown[]) => {
            if (cql.startsWith('UPDATE files')) await action();
            return target.transact(cql, values);
          };
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });

  describe('a catalogue of many processes', () => {
    it('settles a setting once, for all who ask at the same time', async () => {
      await open();
      const settled = await Promise.all(
        ['1', '2', '3', '4', '5'].map((count) => catalogue.settleSetting('partitions', count)),
      );
      expect(new Set(settled).size).toBe(1);
    });

    it('loses no change of a file that two make at once', async () => {
      await open();
      const file = seen('a');
      await read(catalogue, 'a', [cell(nine)]);
      await Promise.all([
        catalogue.renewVersion(file.path, 'v2'),
        catalogue.replaceCounts(file.path, { ...outcome([cell(nine)]), read: 9 }),
      ]);
      expect(await catalogue.file(file.path)).toMatchObject({ version: 'v2', read: 9 });
    });

    it('never takes a source back, when two say it at once', async () => {
      await open();
      const times = Array.from({ length: 20 }, (_, i) => (i * 7) % 20);
      await Promise.all(
        times.map((time) => catalogue.recordProgress([{ source: 'a', completeUpTo: time, saidAt: time }])),
      );
      expect(await catalogue.sources()).toEqual([{ source: 'a', completeUpTo: 19, saidAt: 19 }]);
    });

    it('never replaces a revision by a lower one, when two record it at once', async () => {
      await open();
      await Promise.all([3, 0, 2, 1].map((revision) => catalogue.recordParts([part(revision)])));
      expect(await catalogue.windowParts({ feature: 'f', window: nine })).toEqual([part(3)]);
    });

    it('ends right when a recording is begun, broken off and done again', async () => {
      await open();
      const file = seen('a');
      await read(catalogue, 'a', [cell(nine), cell(nine + 600)]);
      // As far as a process may come that is killed: the new lines stand beside the old ones.
      await session.write(
        'INSERT INTO lines_by_file (path, entity, window, partition, lines, high, low) VALUES (?, ?, ?, ?, 1, 1, 1)',
        [...[file.path, 'device', nine + 1200, 0]],
      );
      await catalogue.recordRead(file, outcome([cell(nine + 1200)]), task(file));
      expect(await catalogue.linesOf(file.path)).toEqual([cell(nine + 1200)]);
      expect(await catalogue.linesSent('device', nine)).toEqual([]);
      expect((await catalogue.toCheck()).map(({ window }) => window)).toEqual([nine, nine + 600, nine + 1200]);
    });

    it('keeps a window on the list that was marked again while somebody compared it', async () => {
      await open();
      const other = await CassandraCatalogue.over(session);
      await read(catalogue, 'a', [cell(nine)], 0);
      const [compared] = await catalogue.toCheck();
      await read(other, 'b', [cell(nine)], 0);
      await catalogue.settled(compared!);
      const [again] = await catalogue.toCheck();
      expect(again!.window).toBe(nine);
      await catalogue.settled(again!);
      expect(await catalogue.toCheck()).toEqual([]);
    });

    it('marks a file done that came out of quarantine while another process looked', async () => {
      await open();
      const looking = await CassandraCatalogue.over(session);
      const features = [{ name: 'f', entity: 'device', since: -Infinity } as const];
      const file = await read(catalogue, 'a', [cell(nine)]);
      await catalogue.recordParts([part(0)]);
      await catalogue.quarantine(file, 'missing', 'why');
      const renewing = await CassandraCatalogue.over(beforeFileChanges(() => looking.markDone(features)));
      await renewing.renewVersion(file.path, 'v2');
      expect(await catalogue.markDone(features)).toBe(1);
      expect(await catalogue.markDone(features)).toBe(0);
    });

    it('records a file of ten thousand windows', async () => {
      await open();
      const lines = Array.from({ length: 10_000 }, (_, i) => cell(nine + i * 600));
      const file = await read(catalogue, 'a', lines);
      expect(await catalogue.windowsOf(file.path)).toHaveLength(10_000);
      expect(await catalogue.toCheck()).toHaveLength(10_000);
    });

    it('lists more than a page of files', async () => {
      await open();
      const names = Array.from({ length: 2500 }, (_, i) => `${i}`.padStart(5, '0'));
      const insert = `INSERT INTO files (path, source, size, version, state) VALUES (?, 's', 1, 'v', 'read')`;
      await session.writeEach(
        insert,
        names.map((name) => [name]),
      );
      expect((await catalogue.files()).map(({ path }) => path)).toEqual(names);
    });
  });
});

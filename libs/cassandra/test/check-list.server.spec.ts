import { describeWithServers } from '@neartime/testing/servers';
import cassandra from 'cassandra-driver';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CheckList } from '../src/check-list.ts';
import { catalogueTables } from '../src/catalogue-tables.ts';
import { ParityTable } from '../src/parity-table.ts';
import type { CassandraSession } from '../src/index.ts';
import { dropKeyspace, newKeyspace } from './keyspaces.ts';

const window = 1_533_117_600;
const day = 86_400;

describeWithServers('the list to check', (servers) => {
  let session: CassandraSession;

  beforeAll(async () => {
    session = await newKeyspace(servers);
    await session.define(catalogueTables);
  });

  afterAll(() => dropKeyspace(session));

  /** As a process has it whose clock is wrong by so many seconds: its writes have other write times. */
  function wrongBy(seconds: number): CassandraSession {
    const at = (cql: string, values: readonly unknown[]): [string, unknown[]] => {
      if (cql.includes('TIMESTAMP')) return [cql, [...values]];
      const micros = cassandra.types.Long.fromNumber((Date.now() + seconds * 1000) * 1000);
      return [`${cql} USING TIMESTAMP ?`, [...values, micros]];
    };
    return new Proxy(session, {
      get: (target, name) => {
        if (name === 'write') return (cql: string, values: unknown[]) => target.write(...at(cql, values));
        if (name === 'writeEach')
          return async (cql: string, all: Iterable<readonly unknown[]>) => {
            for (const values of all) await target.write(...at(cql, values));
          };
        const member: unknown = Reflect.get(target, name);
        return typeof member === 'function' ? (member.bind(target) as unknown) : member;
      },
    });
  }

  const emptied = async () => {
    const list = new CheckList(session);
    for (const check of await list.all()) await list.remove(check);
    return list;
  };

  it('keeps a wish that comes while somebody reads the list', async () => {
    const list = await emptied();
    await list.add([window], 0);
    let hasCome = false;
    const reader = new CheckList(
      new Proxy(session, {
        get: (target, name) => {
          const member: unknown = Reflect.get(target, name);
          if (name !== 'all') return typeof member === 'function' ? (member.bind(target) as unknown) : member;
          return async (cql: string, values: unknown[]) => {
            if (cql.includes('differing') && !hasCome) {
              hasCome = true;
              await list.ask([{ feature: 'f', window, above: 3 }]);
            }
            return target.all(cql, values);
          };
        },
      }),
    );
    const [check] = await reader.all();
    expect(hasCome).toBe(true);
    // Either it was seen, or the window is still on the list when what was seen has been taken off.
    if (check!.asked.size === 0) await reader.remove(check!);
    expect((await list.all()).map(({ asked }) => [...asked])).toEqual([[['f', 3]]]);
  });

  it.each([day, -day])(
    'hears what is put off after a clock that is wrong by %i s has put off or taken off',
    async (seconds) => {
      const [right, wrong] = [await emptied(), new CheckList(wrongBy(seconds))];
      const differing = async () => (await right.all()).map((check) => Object.fromEntries(check.differing));
      await right.add([window], 0);
      await wrong.putOff(window, 'f', { attempts: 1, dueAt: 9000 });
      await right.putOff(window, 'f', { attempts: 1, dueAt: 0 });
      expect(await differing()).toEqual([{ f: { attempts: 1, dueAt: 0 } }]);
      await wrong.putOff(window, 'f', { attempts: 2, dueAt: 700 });
      expect(await differing()).toEqual([{ f: { attempts: 2, dueAt: 700 } }]);
      const [seen] = await wrong.all();
      await wrong.remove(seen!);
      expect(await differing()).toEqual([]);
      await right.add([window], 0);
      expect(await differing()).toEqual([{}]);
      await right.putOff(window, 'f', { attempts: 1, dueAt: 5 });
      expect(await differing()).toEqual([{ f: { attempts: 1, dueAt: 5 } }]);
    },
  );

  it.each([day, -day])(
    'has parity asked for again after a clock that is wrong by %i s has recorded it',
    async (seconds) => {
      const feature = `f${seconds}`;
      const [right, wrong] = [new ParityTable(session), new ParityTable(wrongBy(seconds))];
      const result = { feature, window, revision: 0, outcome: 'equal' as const, detail: '', checkedAt: 1 };
      await right.ask(feature, [window]);
      await wrong.record(result);
      expect(await right.due(feature)).toEqual([]);
      await right.ask(feature, [window]);
      expect(await right.due(feature)).toEqual([window]);
      await right.record({ ...result, outcome: 'differs', checkedAt: 2 });
      expect(await right.due(feature)).toEqual([]);
      expect(await right.results(feature)).toMatchObject([{ outcome: 'differs' }]);
      await wrong.ask(feature, [window]);
      await right.record({ ...result, checkedAt: 3 });
      expect(await right.due(feature)).toEqual([]);
      expect(await right.results(feature)).toMatchObject([{ checkedAt: 3 }]);
    },
  );
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RevisableOnlineStore } from '../src/index.ts';
import { browses, row, write } from './online-rows.ts';
import { eleven, nine, onlineStoreContract, stands, ten } from './online-store.contract.ts';
import type { Open } from './opened.ts';

const key = (id: string) => ({ id, country: 'pl', brand: 'olx' });

/** The promises of RevisableOnlineStore, those of every online store among them. */
export function revisableOnlineStoreContract(name: string, open: Open<RevisableOnlineStore>, { runs = 40 } = {}): void {
  onlineStoreContract(name, open, { runs });
  describe(`${name} as an online store that revisions take rows from`, () => {
    it('has the newest older window in the place of what is withdrawn, and nothing where there is none', async () => {
      await using opened = await open();
      const { port } = opened;
      await port.write([
        write(nine, { final: 0 }, [row('a', 1)]),
        write(ten, { final: 0 }, [row('a', 2), row('b', 3)]),
      ]);
      await port.withdraw({ table: browses, window: ten, revision: 1, keys: [key('a'), key('b')] });
      expect(await port.get(browses, 'a')).toEqual([stands('a', 1, nine)]);
      expect(await port.get(browses, 'b')).toEqual([]);
      await port.write([write(nine, { final: 1 }, [row('a', 5), row('b', 6)])]);
      expect(await port.get(browses, 'a')).toEqual([stands('a', 5, nine, { final: 1 })]);
      expect(await port.get(browses, 'b')).toEqual([stands('b', 6, nine, { final: 1 })]);
      await port.write([write(ten, { final: 2 }, [row('a', 7), row('b', 8)])]);
      expect(await port.get(browses, 'a')).toEqual([stands('a', 7, ten, { final: 2 })]);
      expect(await port.get(browses, 'b')).toEqual([stands('b', 8, ten, { final: 2 })]);
    });

    it('keeps what a higher revision or a newer window has written', async () => {
      await using opened = await open();
      const { port } = opened;
      await port.write([write(ten, { final: 2 }, [row('a', 2)]), write(eleven, { final: 0 }, [row('b', 3)])]);
      await port.withdraw({ table: browses, window: ten, revision: 1, keys: [key('a'), key('b')] });
      expect(await port.get(browses, 'a')).toEqual([stands('a', 2, ten, { final: 2 })]);
      expect(await port.get(browses, 'b')).toEqual([stands('b', 3, eleven)]);
    });

    it('does not bring back, when a writer comes late, what a later revision has taken away or written', async () => {
      await using opened = await open();
      const { port } = opened;
      await port.write([write(nine, { final: 0 }, [row('a', 1)])]);
      const first = write(ten, { final: 1 }, [row('a', 2), row('b', 3), row('c', 4)]);
      await port.write([first]);
      await port.withdraw({ table: browses, window: ten, revision: 2, keys: [key('a'), key('b')] });
      await port.write([write(ten, { final: 2 }, [row('c', 5)])]);
      for (let times = 0; times < 2; times++) {
        await port.write([first]);
        expect(await port.get(browses, 'a')).toEqual([stands('a', 1, nine)]);
        expect(await port.get(browses, 'b')).toEqual([]);
        expect(await port.get(browses, 'c')).toEqual([stands('c', 5, ten, { final: 2 })]);
      }
    });

    it('ends, after any revisions of any windows, each done once or twice, with the newest window that has a key', async () => {
      await fc.assert(
        fc.asyncProperty(anyRevisions, async (revisions) => {
          await using opened = await open();
          const windows = new Map<number, { revision: number; rows: Map<string, number> }>();
          for (const { window, ids, isTwice } of revisions) {
            const before = windows.get(window) ?? { revision: -1, rows: new Map<string, number>() };
            const revision = before.revision + 1;
            const rows = ids.map((id) => row(id, revision * 10 + Number(id === 'a')));
            const lost = [...before.rows.keys()].filter((id) => !ids.includes(id)).map(key);
            for (let times = isTwice ? 2 : 1; times > 0; times--) {
              await opened.port.withdraw({ table: browses, window, revision, keys: lost });
              await opened.port.write([write(window, { final: revision }, rows)]);
            }
            windows.set(window, { revision, rows: new Map(rows.map(({ id, value }) => [id, Number(value)])) });
          }
          for (const id of ['a', 'b']) {
            const [newest] = [...windows].filter(([, { rows }]) => rows.has(id)).sort(([a], [b]) => b - a);
            const wanted = newest && stands(id, newest[1].rows.get(id)!, newest[0], { final: newest[1].revision });
            expect(await opened.port.get(browses, id)).toEqual(wanted ? [wanted] : []);
          }
        }),
        { numRuns: runs },
      );
    });
  });
}

const revisionOf = (window: fc.Arbitrary<number>) =>
  fc.record({ window, ids: fc.subarray(['a', 'b']), isTwice: fc.boolean() });

/** Windows close one after the other; then they are revised, in any order. */
const anyRevisions = fc
  .tuple(
    ...[nine, ten, eleven].map((window) => revisionOf(fc.constant(window))),
    fc.array(revisionOf(fc.constantFrom(nine, ten, eleven)), { maxLength: 9 }),
  )
  .map((parts) => parts.flat());

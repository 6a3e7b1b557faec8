import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { ExclusiveOnlineStore } from '../src/index.ts';
import { browses, row, write } from './online-rows.ts';
import { eleven, final, nine, onlineStoreContract, stands, ten } from './online-store.contract.ts';
import type { Open } from './opened.ts';

const key = (id: string) => ({ id, country: 'pl', brand: 'olx' });

/** The promises of ExclusiveOnlineStore, those of every online store among them. */
export function exclusiveOnlineStoreContract(name: string, open: Open<ExclusiveOnlineStore>): void {
  onlineStoreContract(name, open);
  describe(`${name} as an online store of one process`, () => {
    it('shows what it was given when that is ready, and all that comes after it then', async () => {
      await using opened = await open();
      const ready = Promise.withResolvers<void>();
      let isReady = false;
      const written = opened.port.write([write(ten, final, [row('a', 1)])], ready.promise);
      const seen = opened.port.get(browses, 'a').then((rows) => ({ rows, isReady }));
      await setTimeout(5);
      isReady = true;
      ready.resolve();
      await written;
      const { rows, isReady: wasReady } = await seen;
      expect(rows).toEqual(wasReady ? [stands('a', 1, ten)] : []);
      expect(await opened.port.get(browses, 'a')).toEqual([stands('a', 1, ten)]);
    });

    it('writes nothing of what never becomes ready, and says why', async () => {
      await using opened = await open();
      await opened.port.write([write(ten, final, [row('a', 1)])]);
      const failing = opened.port.write(
        [write(eleven, final, [row('a', 2), row('b', 2)])],
        Promise.reject(new Error('no room')),
      );
      await expect(failing).rejects.toThrow('no room');
      expect(await opened.port.get(browses, 'a')).toEqual([stands('a', 1, ten)]);
      expect(await opened.port.get(browses, 'b')).toEqual([]);
      await opened.port.write([write(ten, { final: 1 }, [row('a', 3)])]);
      expect(await opened.port.get(browses, 'a')).toEqual([stands('a', 3, ten, { final: 1 })]);
    });

    it('writes one after the other what is written at the same time', async () => {
      await using opened = await open();
      const ready = Promise.withResolvers<void>();
      const first = opened.port.write([write(ten, final, [row('a', 1)])], ready.promise);
      const second = opened.port.write([write(eleven, final, [row('a', 2)])]);
      const third = opened.port.replace(browses, eleven, [key('a')], []);
      await setTimeout(5);
      ready.resolve();
      await Promise.all([first, second, third]);
      expect(await opened.port.get(browses, 'a')).toEqual([]);
    });

    it('knows no rows of a table that was never written', async () => {
      await using opened = await open();
      expect(await opened.port.provisionalKeys(browses, ten)).toEqual([]);
      expect(await opened.port.keysOf(browses, ten)).toEqual([]);
      expect(await opened.port.windows(browses)).toEqual([]);
    });

    it('tells an empty id from others', async () => {
      await using opened = await open();
      await opened.port.write([write(ten, final, [row('', 1, '', ''), row(' ', 2, '', '')])]);
      expect(await opened.port.get(browses, '')).toEqual([{ ...stands('', 1, ten), country: '', brand: '' }]);
    });

    it.each([0, 1, 2, 49, 50, 51, 99, 100, 101, 1234])('writes each of %i rows', async (count) => {
      await using opened = await open();
      const rows = Array.from({ length: count }, (_, i) => row(`id ${String(i).padStart(4, '0')}`, i));
      await opened.port.write([write(ten, final, rows)]);
      const keys = await opened.port.keysOf(browses, ten);
      expect(keys.map(({ id }) => id).sort()).toEqual(rows.map(({ id }) => id));
      const last = rows.at(-1);
      if (last) expect(await opened.port.get(browses, last.id)).toEqual([stands(last.id, Number(last.value), ten)]);
    });

    it('says which windows have rows, and of which keys they are', async () => {
      await using opened = await open();
      await opened.port.write([write(nine, final, [row('a', 1), row('b', 1)])]);
      await opened.port.write([
        write(ten, { provisional: 5 }, [row('b', 2), row('c', 2)]),
        write(ten, final, [row('d', 2)]),
      ]);
      expect(await opened.port.windows(browses)).toEqual([nine, ten]);
      expect(await opened.port.keysOf(browses, nine)).toEqual([key('a')]);
      expect(new Set(await opened.port.keysOf(browses, ten))).toEqual(new Set([key('b'), key('c'), key('d')]));
      expect(new Set(await opened.port.provisionalKeys(browses, ten))).toEqual(new Set([key('b'), key('c')]));
      expect(await opened.port.provisionalKeys(browses, nine)).toEqual([]);
    });

    it('puts the older row in the place of one that a window does not have any more, or nothing', async () => {
      await using opened = await open();
      await opened.port.write([write(ten, final, [row('a', 2), row('b', 2), row('c', 2)])]);
      await opened.port.replace(browses, ten, [key('a'), key('b')], [stands('a', 1, nine)]);
      expect(await opened.port.get(browses, 'a')).toEqual([stands('a', 1, nine)]);
      expect(await opened.port.get(browses, 'b')).toEqual([]);
      expect(await opened.port.get(browses, 'c')).toEqual([stands('c', 2, ten)]);
    });

    it('leaves a key alone that has its row of another window when one is replaced', async () => {
      await using opened = await open();
      await opened.port.write([write(eleven, final, [row('a', 3)]), write(nine, final, [row('b', 1)])]);
      await opened.port.replace(browses, ten, [key('a'), key('b')], []);
      expect(await opened.port.get(browses, 'a')).toEqual([stands('a', 3, eleven)]);
      expect(await opened.port.get(browses, 'b')).toEqual([stands('b', 1, nine)]);
    });

    it('puts nothing in place of a newer row, and does put what is newer than the row that stands', async () => {
      await using opened = await open();
      await opened.port.write([write(eleven, final, [row('a', 3)]), write(nine, final, [row('b', 1)])]);
      const older = [stands('a', 2, ten), stands('b', 2, ten)];
      await opened.port.replace(browses, eleven + 600, [key('a'), key('b')], older);
      expect(await opened.port.get(browses, 'a')).toEqual([stands('a', 3, eleven)]);
      expect(await opened.port.get(browses, 'b')).toEqual([stands('b', 2, ten)]);
    });

    it('takes the next revision of the window after one of its rows was replaced', async () => {
      await using opened = await open();
      await opened.port.write([write(ten, final, [row('a', 2)])]);
      await opened.port.replace(browses, ten, [key('a')], [stands('a', 1, nine)]);
      await opened.port.write([write(ten, { final: 1 }, [row('a', 5)])]);
      expect(await opened.port.get(browses, 'a')).toEqual([stands('a', 5, ten, { final: 1 })]);
    });

    it('flushes what was written, and nothing at all', async () => {
      await using opened = await open();
      await opened.port.flush();
      await opened.port.write([write(ten, final, [row('a', 2)])]);
      await opened.port.flush();
      expect(await opened.port.get(browses, 'a')).toEqual([stands('a', 2, ten)]);
    });
  });
}

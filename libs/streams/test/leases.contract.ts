import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Leases } from '../src/index.ts';
import type { Open } from './opened.ts';

const newName = () => `window/device_last_browse/${randomUUID()}`;
const claim = (name: string, owner: string, now: number, until = now + 60) => ({ name, owner, now, until });

/** The promises of Leases. */
export function leasesContract(subject: string, open: Open<Leases>): void {
  describe(`${subject} as leases`, () => {
    it('are held by one, until their time is over', async () => {
      await using opened = await open();
      const name = newName();
      expect(await opened.port.take(claim(name, 'a', 100))).toEqual({ turn: 1, note: undefined });
      expect(await opened.port.take(claim(name, 'b', 159))).toBeUndefined();
      expect(await opened.port.take(claim(name, 'b', 160))).toEqual({ turn: 2, note: undefined });
      expect(await opened.port.take(claim(name, 'a', 161))).toBeUndefined();
    });

    it('are not kept for a day by whoever took them while its clock was a day ahead', async () => {
      await using opened = await open();
      const name = newName();
      await opened.port.take(claim(name, 'ahead', 100 + 86_400));
      expect(await opened.port.take(claim(name, 'a', 100))).toEqual({ turn: 2, note: undefined });
      expect(await opened.port.take(claim(name, 'b', 101))).toBeUndefined();
      expect(await opened.port.renew(claim(name, 'ahead', 102 + 86_400))).toBe(false);
    });

    it('count every taking, also that of who has it, and after it was given back', async () => {
      await using opened = await open();
      const name = newName();
      for (const turn of [1, 2]) expect((await opened.port.take(claim(name, 'a', 100)))!.turn).toBe(turn);
      await opened.port.end({ name, owner: 'a' });
      expect((await opened.port.take(claim(name, 'b', 101)))!.turn).toBe(3);
    });

    it('are held longer by who renews them, and keep what was noted', async () => {
      await using opened = await open();
      const name = newName();
      await opened.port.take(claim(name, 'a', 100));
      expect(await opened.port.renew(claim(name, 'a', 150), 'half 😀')).toBe(true);
      expect(await opened.port.renew(claim(name, 'a', 155))).toBe(true);
      expect(await opened.port.take(claim(name, 'b', 200))).toBeUndefined();
      expect(await opened.port.take(claim(name, 'b', 215))).toEqual({ turn: 2, note: 'half 😀' });
      await opened.port.end({ name, owner: 'b' });
      expect(await opened.port.take(claim(name, 'c', 216))).toEqual({ turn: 3, note: 'half 😀' });
    });

    it('tell who has lost one that it is lost, and let nobody else end it', async () => {
      await using opened = await open();
      const name = newName();
      await opened.port.take(claim(name, 'a', 100));
      await opened.port.take(claim(name, 'b', 160));
      expect(await opened.port.renew(claim(name, 'a', 161), 'mine')).toBe(false);
      await opened.port.end({ name, owner: 'a' });
      expect(await opened.port.take(claim(name, 'c', 162))).toBeUndefined();
      expect(await opened.port.take(claim(name, 'c', 220))).toEqual({ turn: 3, note: undefined });
      expect(await opened.port.renew(claim(newName(), 'a', 1))).toBe(false);
    });

    it('are given to one of many who ask at the same time', async () => {
      await using opened = await open();
      for (const now of [100, 200]) {
        const name = newName();
        await opened.port.take(claim(name, 'before', now - 60));
        const taken = await Promise.all(
          Array.from({ length: 8 }, (_, i) => opened.port.take(claim(name, `${i}`, now))),
        );
        expect(taken.filter((lease) => lease)).toEqual([{ turn: 2, note: undefined }]);
      }
    });
  });
}

import { describe, expect, it } from 'vitest';
import type { Catalogue } from '../src/index.ts';
import { cell, devices, eleven, nine, outcome, part, read, task, ten } from './catalogued.ts';
import type { Open } from './opened.ts';

const checked = async (catalogue: Catalogue) => (await catalogue.toCheck()).map(({ window }) => window);
const emptyList = async (catalogue: Catalogue) => {
  for (const check of await catalogue.toCheck()) await catalogue.settled(check);
};

const entry = (window: number, notBefore: number) => ({ window, notBefore, differing: {}, asked: {} });
const listed = async (catalogue: Catalogue) =>
  (await catalogue.toCheck()).map(({ window, notBefore, differing, asked }) => ({
    ...{ window, notBefore },
    differing: Object.fromEntries(differing),
    asked: Object.fromEntries(asked),
  }));

/** The promises of Catalogue on windows that are to be compared, and on their parity. */
export function checkListContract(open: Open<Catalogue>): void {
  describe('the list to check', () => {
    it('has the windows of a file that was read and of a part that was written, not before the latest task', async () => {
      await using opened = await open();
      await read(opened.port, 'a', [cell(nine), cell(ten, { entity: 'user' })], 5000);
      await read(opened.port, 'b', [cell(ten)], 4000);
      await opened.port.recordParts([part(devices, ten), part(devices, eleven)]);
      expect(await listed(opened.port)).toEqual([entry(nine, 5000), entry(ten, 5000), entry(eleven, 0)]);
    });

    it('has the windows too that a file does not touch any more, read again or counted again', async () => {
      await using opened = await open();
      const file = await read(opened.port, 'a', [cell(nine)]);
      await emptyList(opened.port);
      await opened.port.replaceCounts(file.path, outcome([cell(ten)]));
      expect(await checked(opened.port)).toEqual([nine, ten]);
      await emptyList(opened.port);
      await opened.port.recordRead(file, outcome([cell(eleven)]), task(file));
      expect(await checked(opened.port)).toEqual([ten, eleven]);
    });

    it('keeps by feature what was put off, and loses it with what is settled', async () => {
      await using opened = await open();
      await read(opened.port, 'a', [cell(nine), cell(ten)]);
      await opened.port.putOff(nine, 'f', { attempts: 1, dueAt: 8000 });
      await opened.port.putOff(nine, 'g', { attempts: 1, dueAt: 9000 });
      await opened.port.putOff(nine, 'f', { attempts: 2, dueAt: 9000.5 });
      await opened.port.putOff(eleven, 'f', { attempts: 1, dueAt: 1 });
      const [, second] = await opened.port.toCheck();
      await opened.port.settled(second!);
      const differing = { f: { attempts: 2, dueAt: 9000.5 }, g: { attempts: 1, dueAt: 9000 } };
      expect(await listed(opened.port)).toEqual([{ ...entry(nine, eleven), differing }]);
      await emptyList(opened.port);
      await read(opened.port, 'b', [cell(nine)]);
      expect(await listed(opened.port)).toEqual([entry(nine, eleven)]);
    });

    it('has what is marked, not before the latest time, with what is known of it', async () => {
      await using opened = await open();
      await opened.port.mark([nine, ten], 5000);
      await opened.port.putOff(nine, 'f', { attempts: 1, dueAt: 8000 });
      await opened.port.mark([nine, ten], 4000);
      await opened.port.mark([], 9000);
      expect(await listed(opened.port)).toEqual([
        { ...entry(nine, 5000), differing: { f: { attempts: 1, dueAt: 8000 } } },
        entry(ten, 5000),
      ]);
    });

    it('has what somebody asked for, also of a window that nothing else put there', async () => {
      await using opened = await open();
      await opened.port.ask([
        { feature: 'f', window: nine, above: 0 },
        { feature: 'g', window: nine, above: -1 },
        { feature: 'f', window: ten, above: 3 },
      ]);
      expect(await listed(opened.port)).toEqual([
        { ...entry(nine, 0), asked: { f: 0, g: -1 } },
        { ...entry(ten, 0), asked: { f: 3 } },
      ]);
      await emptyList(opened.port);
      expect(await listed(opened.port)).toEqual([]);
      await opened.port.recordParts([part(devices, nine)]);
      expect(await listed(opened.port)).toEqual([entry(nine, 0)]);
    });
  });

  describe('parity', () => {
    it('is due until there is a result, of which the last counts', async () => {
      await using opened = await open();
      const result = {
        feature: 'f',
        window: nine,
        revision: 1,
        outcome: 'differs',
        detail: 'why',
        checkedAt: 5.5,
      } as const;
      await opened.port.askParity('f', [ten, nine]);
      await opened.port.askParity('f', [nine]);
      await opened.port.askParity('g', [eleven]);
      expect(await opened.port.parityDue('f')).toEqual([nine, ten]);
      await opened.port.recordParity(result);
      await opened.port.recordParity({ ...result, outcome: 'equal', detail: '', revision: 2 });
      await opened.port.recordParity({ ...result, feature: 'e', outcome: 'unknown' });
      expect(await opened.port.parityDue('f')).toEqual([ten]);
      expect(await opened.port.parityDue('g')).toEqual([eleven]);
      expect(await opened.port.parityResults()).toEqual([
        { ...result, feature: 'e', outcome: 'unknown' },
        { ...result, outcome: 'equal', detail: '', revision: 2 },
      ]);
      expect(await opened.port.parityResults('f')).toHaveLength(1);
    });
  });
}

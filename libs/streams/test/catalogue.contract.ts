import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Catalogue } from '../src/index.ts';
import {
  cell,
  devices,
  eleven,
  features,
  logins,
  nine,
  outcome,
  part,
  posts,
  read,
  seen,
  stateOf,
  task,
  ten,
} from './catalogued.ts';
import { checkListContract } from './check-list.contract.ts';
import { doneFilesContract } from './done-files.contract.ts';
import type { Open } from './opened.ts';

/** The promises of Catalogue. `runs`: how many runs of steps are tried. */
export function catalogueContract(subject: string, open: Open<Catalogue>, { runs = 60 } = {}): void {
  describe(`${subject} as a catalogue`, () => {
    it('keeps settings', async () => {
      await using opened = await open();
      expect(await opened.port.setting('partitions')).toBeUndefined();
      await opened.port.setSetting('partitions', '4');
      await opened.port.setSetting('partitions', '8');
      expect(await opened.port.setting('partitions')).toBe('8');
    });

    it('settles a setting once, whoever asks afterwards', async () => {
      await using opened = await open();
      expect(await opened.port.settleSetting('partitions', '4')).toBe('4');
      expect(await opened.port.settleSetting('partitions', '8')).toBe('4');
      expect(await opened.port.setting('partitions')).toBe('4');
    });

    it('lists settings by what their keys begin with', async () => {
      await using opened = await open();
      for (const key of ['feature/a', 'feature/b', 'features', 'group/a'])
        await opened.port.setSetting(key, `of ${key}`);
      expect(await opened.port.settings('feature/')).toEqual(
        new Map([
          ['a', 'of feature/a'],
          ['b', 'of feature/b'],
        ]),
      );
      expect(await opened.port.settings('nothing/')).toEqual(new Map());
    });

    describe('files', () => {
      it('are reading, then read, then done once every feature has written their windows', async () => {
        await using opened = await open();
        const file = seen('a');
        expect(await opened.port.file(file.path)).toBeUndefined();
        await opened.port.beginReading(file);
        expect(await opened.port.file(file.path)).toMatchObject({
          ...file,
          state: 'reading',
          contentHash: undefined,
          read: 0,
        });
        await opened.port.recordRead(file, outcome([cell(nine), cell(ten, { entity: 'user' })]), task(file));
        const { lines: _, rejectedRuns: __, ...counts } = outcome();
        expect(await opened.port.file(file.path)).toEqual({
          ...file,
          ...counts,
          state: 'read',
          reason: undefined,
          detail: undefined,
        });
        await opened.port.recordParts([part(devices, nine), part(logins, ten)]);
        expect(await opened.port.markDone(features)).toBe(0);
        expect(await stateOf(opened.port, file)).toBe('read');
        await opened.port.recordParts([part(posts, ten)]);
        expect(await opened.port.markDone(features)).toBe(1);
        expect(await stateOf(opened.port, file)).toBe('done');
        expect(await opened.port.files()).toEqual([await opened.port.file(file.path)]);
      });

      it('say which bytes of them may be in the log before all of them are', async () => {
        await using opened = await open();
        const file = seen('a');
        await opened.port.beginReading(file);
        await opened.port.beginReading(seen('a', 'v2'), { fileId: 'id', contentHash: 'hash' });
        expect(await opened.port.file(file.path)).toMatchObject({
          ...{ state: 'reading', version: 'v2', fileId: 'id', contentHash: 'hash', read: 0 },
        });
      });

      it('stay done when they are read again', async () => {
        await using opened = await open();
        const file = await read(opened.port, 'a', [cell(nine)]);
        await opened.port.recordParts([part(devices, nine)]);
        await opened.port.markDone(features);
        await opened.port.beginReading(file);
        await opened.port.recordRead(file, outcome([cell(nine)]), task(file));
        expect(await stateOf(opened.port, file)).toBe('done');
      });

      it('go to quarantine with the reason, and come out of it when they can be read', async () => {
        await using opened = await open();
        const broken = seen('a');
        await opened.port.quarantine(broken, 'truncated', 'ends after 10 bytes');
        expect(await opened.port.file(broken.path)).toMatchObject({
          state: 'quarantined',
          reason: 'truncated',
          detail: 'ends after 10 bytes',
        });
        const whole = seen('a', 'v2');
        await opened.port.recordRead(whole, outcome([cell(nine)]), task(whole));
        expect(await opened.port.file(whole.path)).toMatchObject({
          state: 'read',
          reason: undefined,
          detail: undefined,
          version: 'v2',
        });
      });

      it.each(['changed', 'ahead', 'unreadable'] as const)(
        'come back as read, and then done, from a quarantine as %s',
        async (reason) => {
          await using opened = await open();
          const file = await read(opened.port, 'a', [cell(nine)]);
          await opened.port.recordParts([part(devices, nine)]);
          await opened.port.markDone(features);
          await opened.port.quarantine({ ...file, version: 'v2' }, reason, 'why');
          expect(await opened.port.linesSent('device', nine)).toEqual([{ lines: 1, high: 1, low: 2 }]);
          await opened.port.renewVersion(file.path, 'v3');
          expect(await opened.port.file(file.path)).toMatchObject({
            ...{ state: 'read', reason: undefined, detail: undefined, version: 'v3', contentHash: 'hash', read: 7 },
          });
          expect(await opened.port.markDone(features)).toBe(1);
        },
      );

      it('have another version, and nothing else, when they were touched', async () => {
        await using opened = await open();
        const file = await read(opened.port, 'a', [cell(nine)]);
        await opened.port.recordParts([part(devices, nine)]);
        await opened.port.markDone(features);
        const before = await opened.port.file(file.path);
        await opened.port.renewVersion(file.path, 'v2');
        expect(await opened.port.file(file.path)).toEqual({ ...before, version: 'v2' });
      });

      it('stay in quarantine when they were never read whole', async () => {
        await using opened = await open();
        await opened.port.quarantine(seen('a'), 'not_gzip', 'no header');
        const before = await opened.port.file(seen('a').path);
        await opened.port.renewVersion(seen('a').path, 'v2');
        expect(await opened.port.file(seen('a').path)).toEqual(before);
      });

      it('are set aside while it is not their own fault, and until they are read', async () => {
        await using opened = await open();
        const aside = async () => (await opened.port.filesSetAside()).map(({ path, reason }) => [path, reason]);
        const names = ['a', 'b', 'c', 'd'].map((name) => seen(name));
        const reasons = ['missing', 'ahead', 'truncated', 'forbidden'] as const;
        for (const [i, file] of names.entries()) await opened.port.quarantine(file, reasons[i]!, 'why');
        const [a, b, c, d] = names;
        expect(await aside()).toEqual([
          [a!.path, 'missing'],
          [b!.path, 'ahead'],
          [d!.path, 'forbidden'],
        ]);
        await opened.port.recordRead(a!, outcome(), task(a!));
        await opened.port.quarantine(b!, 'truncated', 'why');
        await opened.port.quarantine(c!, 'missing', 'why');
        const left = [
          [c!.path, 'missing'],
          [d!.path, 'forbidden'],
        ];
        expect(await aside()).toEqual(left);
        expect(await aside()).toEqual(left);
      });

      it('are listed by file time, then path', async () => {
        await using opened = await open();
        const times: [string, number | undefined][] = [
          ['b', ten],
          ['a', ten],
          ['c', nine],
        ];
        for (const [name, fileTime] of times) await opened.port.beginReading({ ...seen(name), fileTime });
        expect((await opened.port.files()).map(({ path }) => path)).toEqual(
          ['c', 'a', 'b'].map((name) => seen(name).path),
        );
      });

      it('have a task and their rejected lines', async () => {
        await using opened = await open();
        const file = await read(opened.port, 'a', []);
        expect(await opened.port.tasks()).toEqual([task(file)]);
        expect(await opened.port.rejectedRuns()).toEqual([
          { path: file.path, reason: 'not_json', firstLine: 2, lastLine: 3, excerpt: '{' },
        ]);
        await opened.port.recordRead(file, { ...outcome(), rejectedRuns: [] }, task(file, ten));
        expect(await opened.port.tasks()).toEqual([task(file, ten)]);
        expect(await opened.port.rejectedRuns()).toEqual([]);
      });
    });

    doneFilesContract(open, runs);

    describe('lines', () => {
      it('of a window are the sum of what its files sent, by partition, modulo 2^32', async () => {
        await using opened = await open();
        await read(opened.port, 'a', [
          cell(nine, { lines: 3, high: 2 ** 31 - 1, low: -5 }),
          cell(nine, { partition: 2, lines: 1 }),
          cell(ten),
        ]);
        await read(opened.port, 'b', [
          cell(nine, { lines: 4, high: 1, low: 3 }),
          cell(nine, { entity: 'user', lines: 9 }),
        ]);
        const sent = await opened.port.linesSent('device', nine);
        expect(sent[0]).toEqual({ lines: 7, high: -(2 ** 31), low: -2 });
        expect(sent[1]).toBeUndefined();
        expect(sent[2]).toEqual({ lines: 1, high: 1, low: 2 });
        expect(await opened.port.linesSent('device', eleven)).toEqual([]);
      });

      it('of a file replace those of an earlier reading', async () => {
        await using opened = await open();
        const file = await read(opened.port, 'a', [cell(nine), cell(ten)]);
        await opened.port.replaceCounts(file.path, { ...outcome([cell(ten, { lines: 5 }), cell(eleven)]), read: 8 });
        expect(await opened.port.linesOf(file.path)).toEqual([cell(ten, { lines: 5 }), cell(eleven)]);
        expect(await opened.port.windowsOf(file.path)).toEqual([ten, eleven]);
        expect(await opened.port.file(file.path)).toMatchObject({ read: 8, state: 'read' });
        expect(await opened.port.linesSent('device', nine)).toEqual([]);
      });

      it('lead from windows to the files that touched them', async () => {
        await using opened = await open();
        const a = await read(opened.port, 'a', [cell(nine), cell(ten)]);
        const b = await read(opened.port, 'b', [cell(ten), cell(eleven, { entity: 'user' })]);
        expect(await opened.port.filesOf('device', [nine])).toEqual([a.path]);
        expect(await opened.port.filesOf('device', [nine, ten])).toEqual([a.path, b.path]);
        expect(await opened.port.filesOf('device', [eleven])).toEqual([]);
        expect(await opened.port.filesOf('user', [nine, eleven])).toEqual([b.path]);
      });
    });

    checkListContract(open);

    describe('window parts', () => {
      it('are found by feature, by window and by both, in order', async () => {
        await using opened = await open();
        const parts = [
          part(devices, nine),
          part(devices, nine, { partition: 1 }),
          part(devices, ten),
          part(logins, nine),
          part(posts, ten),
        ];
        await opened.port.recordParts(parts.toReversed());
        expect(await opened.port.windowParts()).toEqual(parts);
        expect(await opened.port.windowParts({ feature: devices.name })).toEqual(parts.slice(0, 3));
        expect(await opened.port.windowParts({ window: nine })).toEqual([parts[0], parts[1], parts[3]]);
        expect(await opened.port.windowParts({ feature: devices.name, window: nine })).toEqual(parts.slice(0, 2));
        expect(await opened.port.windowParts({ feature: 'none', window: nine })).toEqual([]);
        expect(await opened.port.windowParts({ window: eleven })).toEqual([]);
      });

      it('say up to where a stream has closed, by the newest of revision 0', async () => {
        await using opened = await open();
        expect(await opened.port.closedUpTo(devices.name)).toEqual([]);
        await opened.port.recordParts([part(devices, ten), part(devices, nine), part(logins, eleven)]);
        await opened.port.recordParts([
          part(devices, nine, { partition: 2 }),
          part(devices, eleven, { revision: 1 }),
          part(devices, nine),
        ]);
        expect([...(await opened.port.closedUpTo(devices.name))]).toEqual([ten, undefined, nine]);
      });

      it('are never those of a lower revision than stood', async () => {
        await using opened = await open();
        for (const revision of [2, 1, 0]) await opened.port.recordParts([part(devices, nine, { revision })]);
        expect(await opened.port.windowParts()).toEqual([part(devices, nine, { revision: 2 })]);
      });

      it('hold the last that was recorded', async () => {
        await using opened = await open();
        const revised = part(devices, nine, {
          revision: 1,
          rows: 0,
          etag: undefined,
          state: 'incomplete',
          closedAt: 1.25,
        });
        await opened.port.recordParts([part(devices, nine)]);
        await opened.port.recordParts([revised]);
        expect(await opened.port.windowParts()).toEqual([revised]);
      });
    });

    it('names the files of windows in a range that a feature has not written', async () => {
      await using opened = await open();
      const a = await read(opened.port, 'a', [cell(nine), cell(nine, { entity: 'user' })]);
      const b = await read(opened.port, 'b', [cell(ten), cell(eleven)]);
      const unwritten = (from: number, to: number, some = features) => opened.port.filesOfUnwritten(some, from, to);
      expect((await unwritten(-Infinity, Infinity)).sort()).toEqual([a.path, b.path]);
      expect(await unwritten(ten, eleven)).toEqual([b.path]);
      expect(await opened.port.touchedWindows('device', -Infinity, Infinity)).toEqual([nine, ten, eleven]);
      expect(await opened.port.touchedWindows('device', ten, eleven)).toEqual([ten]);
      expect(await opened.port.touchedWindows('user', -Infinity, Infinity)).toEqual([nine]);
      expect(await unwritten(eleven + 600, Infinity)).toEqual([]);
      await opened.port.recordParts([part(devices, nine), part(devices, ten), part(logins, nine)]);
      expect((await unwritten(-Infinity, Infinity)).sort()).toEqual([a.path, b.path]);
      expect(await unwritten(-Infinity, eleven)).toEqual([a.path]);
      await opened.port.recordParts([part(posts, nine), part(devices, eleven)]);
      expect(await unwritten(-Infinity, Infinity)).toEqual([]);
    });

    it('forgets files, but not which revisions there were, and takes every window for unwritten', async () => {
      await using opened = await open();
      const file = await read(opened.port, 'a', [cell(nine)]);
      await opened.port.recordParts([part(devices, nine, { revision: 3 })]);
      await opened.port.markDone(features);
      await opened.port.recordProgress([{ source: 'in/olx/', completeUpTo: ten, saidAt: ten }]);
      await opened.port.forgetFiles();
      expect(await opened.port.files()).toEqual([]);
      expect(await opened.port.tasks()).toEqual([]);
      expect(await opened.port.rejectedRuns()).toEqual([]);
      expect(await opened.port.toCheck()).toEqual([]);
      expect(await opened.port.sources()).toEqual([]);
      expect(await opened.port.windowParts()).toEqual([part(devices, nine, { revision: 3, state: 'stale' })]);
      await read(opened.port, 'a', [cell(nine)]);
      expect(await opened.port.markDone(features)).toBe(0);
      expect(await opened.port.filesOfUnwritten(features, -Infinity, Infinity)).toEqual([file.path]);
    });

    it('knows through which partition the notices of a source came last', async () => {
      await using opened = await open();
      await opened.port.recordProgress([{ source: 'a', completeUpTo: 5, saidAt: 5, partition: 1 }]);
      await opened.port.recordProgress([{ source: 'a', completeUpTo: 6, saidAt: 6, partition: 3 }]);
      expect(await opened.port.sources()).toEqual([{ source: 'a', completeUpTo: 6, saidAt: 6, partition: 3 }]);
    });

    it('never takes a source back', async () => {
      const said = fc.record({ source: fc.constantFrom('a', 'b'), completeUpTo: fc.nat(20), saidAt: fc.nat(20) });
      await fc.assert(
        fc.asyncProperty(fc.array(fc.array(said, { maxLength: 3 }), { maxLength: 6 }), async (calls) => {
          await using opened = await open();
          for (const call of calls) await opened.port.recordProgress(call);
          const bySource = Map.groupBy(calls.flat(), ({ source }) => source);
          const furthest = [...bySource].map(([source, all]) => ({
            ...{ source, completeUpTo: Math.max(...all.map((one) => one.completeUpTo)) },
            saidAt: Math.max(...all.map((one) => one.saidAt)),
          }));
          expect(await opened.port.sources()).toEqual(furthest.sort((a, b) => (a.source < b.source ? -1 : 1)));
        }),
        { numRuns: Math.min(runs, 20) },
      );
    });
  });
}

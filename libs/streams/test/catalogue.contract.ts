import type { WindowLines } from '@neartime/schemas';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Catalogue, FileOutcome, FileState, FileSeen, Task, WindowPart } from '../src/index.ts';
import type { Open } from './opened.ts';

export const devices = { name: 'device_last_browse', entity: 'device', since: -Infinity } as const;
export const logins = { name: 'user_last_login', entity: 'user', since: -Infinity } as const;
export const posts = { name: 'user_num_posts', entity: 'user', since: -Infinity } as const;
const features = [devices, logins, posts];

export const [nine, ten, eleven] = [0, 600, 1200].map((after) => 1_533_081_600 + after);

export const seen = (name: string, version = 'v1'): FileSeen => ({
  ...{ path: `in/olx/2018/08/01/${name}.gz`, source: 'in/olx/', fileTime: ten, size: 100, version },
});

export const cell = (
  window: number,
  { entity = 'device', partition = 0, lines = 1, high = 1, low = 2 } = {},
): WindowLines => ({
  ...{ entity: entity as WindowLines['entity'], window, partition, lines: { lines, high, low } },
});

export const outcome = (lines: readonly WindowLines[] = [], contentHash = 'hash'): FileOutcome => ({
  ...{ fileId: `id of ${contentHash}`, contentHash, read: 7, events: 4, blank: 1, lines },
  rejected: { not_json: 2 },
  rejectedRuns: [{ reason: 'not_json', firstLine: 2, lastLine: 3, excerpt: '{' }],
});

export const task = (file: FileSeen, tsToProcess = eleven): Task => ({
  ...{ sourceBucket: 'bucket', filePath: file.path, dataChunk: nine, tsToProcess },
});

export const part = (feature: { name: string }, window: number, more: Partial<WindowPart> = {}): WindowPart => ({
  ...{
    feature: feature.name,
    window,
    partition: 0,
    revision: 0,
    rows: 1,
    checksum: 'c',
    lines: { lines: 1, high: 1, low: 2 },
  },
  ...{ etag: 'e', state: 'written', closedAt: window + 780, writtenAt: window + 781, ...more },
});

/** A file that was read, with lines in these windows. */
export async function read(
  catalogue: Catalogue,
  name: string,
  lines: readonly WindowLines[],
  tsToProcess = eleven,
): Promise<FileSeen> {
  const file = seen(name);
  await catalogue.beginReading(file);
  await catalogue.recordRead(file, outcome(lines), task(file, tsToProcess));
  return file;
}

const stateOf = async (catalogue: Catalogue, { path }: FileSeen) => (await catalogue.file(path))?.state;
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

    describe('markDone', () => {
      it('marks the read files whose windows are all written, however often it is called on the way', async () => {
        await fc.assert(
          fc.asyncProperty(fc.array(anyStep, { maxLength: 25, size: 'max' }), async (steps) => {
            await using opened = await open();
            const known = new KnownFiles();
            for (const step of steps) {
              await take(opened.port, step);
              known.take(step);
              if (step.is === 'marked') expect(await opened.port.markDone([devices, logins])).toBe(known.markDone());
              for (const [name, { state }] of known.files) expect(await stateOf(opened.port, seen(name))).toBe(state);
            }
          }),
          { numRuns: runs },
        );
      });

      it('marks a late file whose windows were all written before it came', async () => {
        await using opened = await open();
        await opened.port.recordParts([part(devices, nine)]);
        await opened.port.markDone(features);
        const late = await read(opened.port, 'a', [cell(nine)]);
        expect(await opened.port.markDone(features)).toBe(1);
        expect(await stateOf(opened.port, late)).toBe('done');
      });

      it('marks a file only when every part that it sent lines to is written, from where the feature begins', async () => {
        await using opened = await open();
        const file = await read(opened.port, 'a', [cell(nine), cell(ten), cell(ten, { partition: 2 })]);
        const since = { ...devices, since: ten };
        await opened.port.recordParts([part(devices, ten)]);
        expect(await opened.port.markDone([since])).toBe(0);
        await opened.port.recordParts([part(devices, ten, { partition: 2 })]);
        expect(await opened.port.markDone([devices])).toBe(0);
        expect(await opened.port.markDone([since])).toBe(1);
        expect(await stateOf(opened.port, file)).toBe('done');
      });

      it('looks at all files again when it is asked for other features', async () => {
        await using opened = await open();
        const file = await read(opened.port, 'a', [cell(nine), cell(nine, { entity: 'user' })]);
        await opened.port.recordParts([part(devices, nine)]);
        expect(await opened.port.markDone(features)).toBe(0);
        expect(await opened.port.markDone([devices])).toBe(1);
        expect(await stateOf(opened.port, file)).toBe('done');
      });
    });

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

/** What may complete a file, or take it back. */
type Step =
  | { readonly is: 'read' | 'counted'; readonly file: string; readonly windows: readonly number[] }
  | { readonly is: 'quarantined'; readonly file: string }
  | { readonly is: 'renewed'; readonly file: string }
  | { readonly is: 'written'; readonly window: number; readonly feature: typeof devices | typeof logins }
  | { readonly is: 'marked' }
  | { readonly is: 'forgotten' };

const anyFile = { file: fc.constantFrom('a', 'b', 'c') };
const anyWindow = fc.constantFrom(nine, ten, eleven);
const anyFeature = fc.constantFrom(devices, logins);
const windows = fc.uniqueArray(anyWindow);
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ is: fc.constantFrom('read' as const, 'counted' as const), ...anyFile, windows }),
  },
  { weight: 8, arbitrary: fc.record({ is: fc.constant('written' as const), window: anyWindow, feature: anyFeature }) },
  { weight: 8, arbitrary: fc.record({ is: fc.constant('marked' as const) }) },
  { weight: 3, arbitrary: fc.record({ is: fc.constant('quarantined' as const), ...anyFile }) },
  { weight: 3, arbitrary: fc.record({ is: fc.constant('renewed' as const), ...anyFile }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('forgotten' as const) }) },
);

async function take(catalogue: Catalogue, step: Step): Promise<void> {
  if (step.is === 'marked') return;
  if (step.is === 'written') return catalogue.recordParts([part(step.feature, step.window)]);
  if (step.is === 'forgotten') return catalogue.forgetFiles();
  const one = seen(step.file);
  if (step.is === 'quarantined') return catalogue.quarantine(one, 'changed', 'why');
  if (step.is === 'renewed') return catalogue.renewVersion(one.path, 'v2');
  const found = outcome(step.windows.flatMap((start) => [cell(start), cell(start, { entity: 'user' })]));
  if (step.is === 'read') return catalogue.recordRead(one, found, task(one));
  if (await catalogue.file(one.path)) await catalogue.replaceCounts(one.path, found);
}

interface KnownFile {
  readonly state: FileState;
  readonly windows: readonly number[] | undefined;
}

/** The states of files by their definition, which looks at all files each time. */
class KnownFiles {
  readonly files = new Map<string, KnownFile>();
  readonly #written = new Set<string>();

  take(step: Step): void {
    if (step.is === 'written') this.#written.add(`${step.feature.name} ${step.window}`);
    if (step.is === 'forgotten') {
      this.files.clear();
      this.#written.clear();
    }
    if (!('file' in step)) return;
    const next = after(step, this.files.get(step.file));
    if (next) this.files.set(step.file, next);
  }

  markDone(): number {
    const done = [...this.files].filter(
      ([, { state, windows }]) => state === 'read' && windows!.every((start) => this.#isWritten(start)),
    );
    for (const [name, file] of done) this.files.set(name, { ...file, state: 'done' });
    return done.length;
  }

  #isWritten(start: number): boolean {
    return [devices, logins].every(({ name }) => this.#written.has(`${name} ${start}`));
  }
}

function after(step: Extract<Step, { file: string }>, file: KnownFile | undefined): KnownFile | undefined {
  switch (step.is) {
    case 'read':
      return { state: file?.state === 'done' ? 'done' : 'read', windows: step.windows };
    case 'counted':
      return file && { ...file, windows: step.windows };
    case 'quarantined':
      return { windows: file?.windows, state: 'quarantined' };
    case 'renewed':
      return file && (file.state === 'quarantined' && file.windows ? { ...file, state: 'read' } : file);
  }
}

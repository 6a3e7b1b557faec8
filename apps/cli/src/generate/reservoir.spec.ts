import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { rejectReasons } from '@neartime/schemas';
import { oracle, temporaryFolder, treeHash } from '@neartime/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { demoLateArrival, demoReservoir, generateReservoir, type Progress } from './index.ts';

const small = { sources: 3, files: 2, events: 500 };

const rawFiles = (folder: string): string[] => Object.keys(treeHash(folder));
const textsOf = (folder: string): string[] =>
  rawFiles(folder).map((path) => gunzipSync(readFileSync(join(folder, path))).toString());
const timesOf = (paths: string[]) => paths.map((path) => Number(path.slice(-9, -3)));

const total = (folder: string) => {
  const files = [...oracle(folder).files.values()];
  const sum = (count: (file: (typeof files)[number]) => number) => files.reduce((all, file) => all + count(file), 0);
  const reasons = new Set(files.flatMap(({ rejected }) => Object.keys(rejected)));
  const read = sum(({ read }) => read);
  const events = sum(({ events }) => events);
  const blank = sum(({ blank }) => blank);
  return { read, events, blank, rejected: read - events - blank, reasons };
};

afterEach(() => void vi.useRealTimers());

describe('a generated reservoir', () => {
  it('has the same bytes for the same options, whatever the clock says', async () => {
    using one = temporaryFolder();
    using other = temporaryFolder();
    await generateReservoir({ ...small, out: one.path });
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2031-05-06T07:08:09Z') });
    await generateReservoir({ ...small, out: other.path });
    expect(treeHash(other.path)).toEqual(treeHash(one.path));
    for (const path of rawFiles(one.path)) expect(readFileSync(join(one.path, path)).readUInt32LE(4)).toBe(0);
  });

  it('has other lines for another seed', async () => {
    using one = temporaryFolder();
    using other = temporaryFolder();
    await generateReservoir({ ...small, out: one.path, seed: 1 });
    await generateReservoir({ ...small, out: other.path, seed: 2 });
    expect(textsOf(other.path)).not.toEqual(textsOf(one.path));
  });

  it('keeps its files when each source gets one more', async () => {
    using folder = temporaryFolder();
    using longer = temporaryFolder();
    await generateReservoir({ ...small, out: folder.path });
    await generateReservoir({ ...small, out: longer.path, files: 3 });
    expect(treeHash(longer.path)).toMatchObject(treeHash(folder.path));
    expect(rawFiles(longer.path)).toHaveLength(9);
  });

  it('has a file of every source in every ten minutes, each source at seconds of its own', async () => {
    using folder = temporaryFolder();
    await generateReservoir({ out: folder.path, sources: 6, files: 3, events: 1 });
    const paths = rawFiles(folder.path);
    expect(paths).toHaveLength(18);
    for (const path of paths)
      expect(path).toMatch(/^in\/\w+\/\w+\/(android|ios|web)\/2018\/08\/01\/201808-01-09[012]\d[0-5]\d\.gz$/);
    const chunks = Map.groupBy(timesOf(paths), (time) => Math.floor(time / 1_000));
    expect([...chunks.keys()].sort()).toEqual([90, 91, 92]);
    for (const times of chunks.values()) expect(new Set(times.map((time) => time % 1_000)).size).toBe(6);
  });

  it('has as many distinct sources as it is asked for', async () => {
    using folder = temporaryFolder();
    await generateReservoir({ out: folder.path, sources: 70, files: 1, events: 1 });
    expect(new Set(rawFiles(folder.path).map((path) => path.slice(0, path.indexOf('/2018/')))).size).toBe(70);
  });

  it('goes on into the next day', async () => {
    using folder = temporaryFolder();
    await generateReservoir({ ...small, out: folder.path, sources: 1, start: new Date('2018-12-31T23:50:00Z') });
    expect(rawFiles(folder.path)).toEqual([
      expect.stringMatching(/\/2018\/12\/31\/201812-31-235\d\d\d\.gz$/),
      expect.stringMatching(/\/2019\/01\/01\/201901-01-000\d\d\d\.gz$/),
    ]);
  });

  it('tells how far it is after each file, and leaves no temporary file', async () => {
    using folder = temporaryFolder();
    const said: Progress[] = [];
    const end = await generateReservoir({ ...small, out: folder.path }, (progress) => said.push(progress));
    expect(said.map(({ file, files, lines }) => [file, files, lines])).toEqual(
      [1, 2, 3, 4, 5, 6].map((n) => [n, 6, 500 * n]),
    );
    expect(end).toEqual(said.at(-1));
    const names = readdirSync(folder.path, { recursive: true, encoding: 'utf8' });
    expect(names.filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

describe('the lines of a generated reservoir', () => {
  it('are all events, none of them late, when nothing else is asked for', async () => {
    using folder = temporaryFolder();
    await generateReservoir({ ...small, out: folder.path, dirt: 0, late: 0 });
    expect(total(folder.path)).toMatchObject({ read: 3_000, events: 3_000 });
    // The files' ten minutes reach from 08:50 to 09:20.
    const windows = [...oracle(folder.path).rows.get('device_last_browse')!.keys()];
    const [first, last] = [Math.min(...windows), Math.max(...windows)].map((start) =>
      new Date(start * 1_000).toISOString(),
    );
    expect([first, last]).toEqual(['2018-08-01T08:50:00.000Z', '2018-08-01T09:10:00.000Z']);
  });

  it('are messy in the share that is asked for, a quarter of these bad, for every reason of a line', async () => {
    using folder = temporaryFolder();
    await generateReservoir({ ...small, out: folder.path, events: 5_000, dirt: 0.3 });
    const { read, rejected, blank, reasons } = total(folder.path);
    expect(read).toBe(30_000);
    expect(rejected / read).toBeCloseTo(0.3 / 4, 2);
    expect(blank).toBeGreaterThan(0);
    expect(reasons).toEqual(
      new Set(rejectReasons.filter((reason) => reason !== 'line_too_long' && reason !== 'too_many_windows')),
    );
  });

  it('are late in the share that is asked for: most by less than an hour, a few by days', async () => {
    using folder = temporaryFolder();
    await generateReservoir({ out: folder.path, sources: 1, files: 1, events: 30_000, dirt: 0, late: 0.2 });
    const [path] = rawFiles(folder.path);
    const [, hours, minutes, seconds] = /(..)(..)(..)\.gz$/.exec(path!)!;
    const fileTime = Date.parse(`2018-08-01T${hours}:${minutes}:${seconds}Z`) / 1_000;
    const lines = textsOf(folder.path)[0]!.trim().split('\n');
    const ages = lines.map((line) => fileTime - JSON.parse(line.replace(/^\ufeff/, '')).timestamp);
    const share = (from: number, to: number) => ages.filter((age) => age > from && age <= to).length / ages.length;
    expect(Math.min(...ages)).toBeGreaterThanOrEqual(0);
    expect(share(600, Infinity)).toBeCloseTo(0.2, 2);
    expect(share(600, 3_600)).toBeGreaterThan(0.18);
    expect(share(86_400, Infinity)).toBeGreaterThan(0);
    expect(share(86_400, Infinity)).toBeLessThan(0.003);
  });

  it('are as long, and compress as well, as those of a marketplace, of which three in five name a user', async () => {
    using folder = temporaryFolder();
    await generateReservoir({ out: folder.path, sources: 2, files: 1, events: 30_000 });
    const text = textsOf(folder.path).join('');
    const packed = rawFiles(folder.path).reduce((sum, path) => sum + statSync(join(folder.path, path)).size, 0);
    expect(Buffer.byteLength(text) / 60_000).toBeGreaterThan(450);
    expect(Buffer.byteLength(text) / 60_000).toBeLessThan(480);
    // Here are fewer devices than in a full file: they come again sooner, which saves a few bytes.
    expect(packed / 60_000).toBeGreaterThan(70);
    expect(packed / 60_000).toBeLessThan(82);
    expect(text.split('"user_id":"').length / 60_000).toBeCloseTo(0.6, 1);
  });

  it('come from few busy devices and many quiet ones', async () => {
    using folder = temporaryFolder();
    await generateReservoir({ out: folder.path, sources: 1, files: 1, events: 30_000, dirt: 0 });
    const ids = textsOf(folder.path)[0]!.match(/"device_id":"[^"]+"/g)!;
    const counts = [...Map.groupBy(ids, (id) => id).values()].map(({ length }) => length).sort((a, b) => b - a);
    const linesOf = (share: number) =>
      counts.slice(0, counts.length * share).reduce((sum, count) => sum + count, 0) / ids.length;
    expect(linesOf(0.1)).toBeGreaterThan(0.35);
    expect(linesOf(0.5)).toBeLessThan(0.9);
    expect(counts[0]).toBeLessThan(ids.length / 100);
  });
});

describe('the reservoir of the demo', () => {
  it('holds what it says: ordinary files, one of offline devices, one truncated, one without a time', async () => {
    using folder = temporaryFolder();
    const said: Progress[] = [];
    const { files, lines } = await demoReservoir(folder.path, (progress) => said.push(progress));
    const truth = oracle(folder.path);
    expect(files).toEqual({ ordinary: 32, offline: 1, truncated: 1, unnamed: 1 });
    expect(said).toHaveLength(35);
    expect(said.at(-1)).toEqual({ file: 35, files: 35, lines });
    expect(truth.files.size).toBe(33);
    expect(total(folder.path).read).toBe(lines);
    expect(total(folder.path).reasons).toContain('line_too_long');
    expect([...truth.quarantined.values()].sort()).toEqual(['no_file_time', 'truncated']);
  });

  it('gets a file of half an hour before its last ones when that arrives', async () => {
    using folder = temporaryFolder();
    await demoReservoir(folder.path);
    const before = oracle(folder.path);
    const path = await demoLateArrival(folder.path);
    const after = oracle(folder.path);
    expect([...after.files.keys()].filter((file) => !before.files.has(file))).toEqual([path]);
    expect(after.files.get(path)).toMatchObject({ read: 500, events: 500 });
    const changed = (start: number) =>
      JSON.stringify([...after.rows.get('device_last_browse')!.get(start)!]) !==
      JSON.stringify([...before.rows.get('device_last_browse')!.get(start)!]);
    expect(changed(Date.parse('2018-08-01T09:30:00Z') / 1_000)).toBe(true);
    expect(changed(Date.parse('2018-08-01T09:40:00Z') / 1_000)).toBe(false);
  });
});

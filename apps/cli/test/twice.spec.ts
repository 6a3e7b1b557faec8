import { rmSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Workplace } from './reservoirs.ts';
import { run } from './run.ts';
import { objects, onlineRows, onlineTables, partsByHyparquet, revisions } from './store.ts';

let workplace: Workplace;
let bytes: Record<string, string>;
let online: unknown[];

beforeAll(async () => {
  workplace = await Workplace.messy(6);
  await run(workplace);
  bytes = objects(workplace.out);
  online = onlineTables(workplace.out);
});
afterAll(() => workplace[Symbol.dispose]());

const timesOf = (names: string[]) =>
  names.map((name) => statSync(join(workplace.out, 'features_store', name), { bigint: true }).mtimeNs);
const touch = (path: string) => utimesSync(join(workplace.in, path), new Date(), new Date());

describe('a second run over the same files', () => {
  it('reads none and writes nothing', async () => {
    const times = timesOf(Object.keys(bytes));
    const { filesRead, written, unsettled } = await run(workplace);
    expect({ filesRead, written, unsettled }).toEqual({ filesRead: 0, written: [], unsettled: [] });
    expect(objects(workplace.out)).toEqual(bytes);
    expect(timesOf(Object.keys(bytes))).toEqual(times);
    expect(onlineTables(workplace.out)).toEqual(online);
  });

  it('reads none that was only touched', async () => {
    for (const path of workplace.files()) touch(path);
    const { filesRead, written, quarantined } = await run(workplace);
    expect({ filesRead, written, quarantined }).toEqual({ filesRead: 0, written: [], quarantined: [] });
    expect(onlineTables(workplace.out)).toEqual(online);
  });

  it('reads none that was copied over by the same bytes', async () => {
    const [path] = workplace.files();
    const same = readFileSync(join(workplace.in, path));
    rmSync(join(workplace.in, path));
    writeFileSync(join(workplace.in, path), same);
    expect(await run(workplace)).toMatchObject({ filesRead: 0, written: [], quarantined: [] });
  });

  it('does not miss a raw file that was read and then archived', async () => {
    const [path] = workplace.files();
    const archived = readFileSync(join(workplace.in, path));
    rmSync(join(workplace.in, path));
    expect(await run(workplace)).toMatchObject({ filesRead: 0, written: [], quarantined: [], unsettled: [] });
    expect(objects(workplace.out)).toEqual(bytes);
    writeFileSync(join(workplace.in, path), archived);
  });

  it('with --force reads all and ends in the same bytes and rows', async () => {
    const rows = onlineRows(workplace.out);
    const times = timesOf(Object.keys(bytes));
    // Held for long enough that no line is late: no window is written in part on the way.
    const { filesRead, unsettled } = await run(workplace, { force: true, hold: 30 * 86_400 });
    expect(filesRead).toBe(workplace.files().length);
    expect(unsettled).toEqual([]);
    expect(objects(workplace.out)).toEqual(bytes);
    expect(timesOf(Object.keys(bytes)), 'equal objects are not put again').toEqual(times);
    expect(onlineRows(workplace.out)).toEqual(rows);
    expect(await run(workplace)).toMatchObject({ filesRead: 0, written: [] });
  });

  it('takes another packing of the same lines for a change', async () => {
    const [path] = workplace.files();
    const packed = readFileSync(join(workplace.in, path));
    const repacked = gzipSync(gunzipSync(packed), { level: 1 });
    expect(repacked.equals(packed)).toBe(false);
    writeFileSync(join(workplace.in, path), repacked);
    const { quarantined } = await run(workplace);
    expect(quarantined.map((file) => [file.path, file.reason])).toEqual([[path, 'changed']]);
    writeFileSync(join(workplace.in, path), packed);
    expect((await run(workplace)).quarantined).toEqual([]);
  });
});

describe('an object that somebody removed', () => {
  it('comes back with --force, and its window gets another revision', async () => {
    const [name] = Object.keys(bytes);
    rmSync(join(workplace.out, 'features_store', name));
    expect(await run(workplace)).toMatchObject({ filesRead: 0, written: [] });
    expect(objects(workplace.out)).not.toHaveProperty([name]);
    const before = revisions(workplace.out);
    await run(workplace, { force: true });
    expect(objects(workplace.out)).toEqual(bytes);
    expect(revisions(workplace.out)).not.toEqual(before);
  });
});

describe('a rebuild over other files', () => {
  it('ends as a run over these files alone, online too', async () => {
    using other = await Workplace.messy(7, { late: 0.5 });
    await run(other);
    const [gone, alsoGone, ...kept] = other.files();
    expect(kept.length).toBeGreaterThan(3);
    for (const path of [gone, alsoGone]) rmSync(join(other.in, path));
    await run(other, { force: true });
    const fresh = { in: other.in, out: other.place('fresh') };
    await run(fresh);
    const parts = Object.entries(await partsByHyparquet(other.out));
    // Objects are never deleted: one that had rows and has none stays.
    expect(Object.fromEntries(parts.filter(([, rows]) => rows.length > 0))).toEqual(await partsByHyparquet(fresh.out));
    expect(onlineRows(other.out)).toEqual(onlineRows(fresh.out));
  });
});

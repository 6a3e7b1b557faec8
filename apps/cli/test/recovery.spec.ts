import { existsSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Feature } from '@neartime/engines';
import { features } from '@neartime/features';
import { at, line, writeRawFile } from '@neartime/testing';
import { type Clock, systemClock } from '@neartime/streams';
import { SqliteCatalogue } from '@neartime/streams/embedded';
import { type TestContext, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { watch } from '../src/embedded/watch.ts';
import { startProgram, until } from './cli.ts';
import { Workplace } from './reservoirs.ts';
import { run } from './run.ts';
import { objects, onlineRows } from './store.ts';

const [browses] = features;
let workplace: Workplace;
beforeEach(() => void (workplace = new Workplace()));
afterEach(() => workplace[Symbol.dispose]());

const browse = (device: string, time: string) => line({ device_id: device, timestamp: at(time) });
const write = (source: string, time: string, ...lines: string[]) =>
  writeRawFile(workplace.in, `in/${source}`, `2018-08-01T${time}Z`, lines);

/** Reading it fails with EIO, whoever reads. */
const failing = '/proc/self/mem';

/** Puts in the place of a file what cannot be read, as on a disk that fails; the function brings the file back. */
function makeUnreadable(path: string, ctx: TestContext): () => void {
  ctx.skip(!existsSync(failing), 'only Linux has a file that nobody can read');
  const place = join(workplace.in, path);
  renameSync(place, `${place}.kept`);
  symlinkSync(failing, place);
  return () => renameSync(`${place}.kept`, place);
}

/** Expects the store to be what a run over the same files makes in an empty folder. */
async function expectAsFresh(): Promise<void> {
  const fresh = { in: workplace.in, out: workplace.place('fresh') };
  await run(fresh);
  expect(objects(workplace.out)).toEqual(objects(fresh.out));
  expect(onlineRows(workplace.out)).toEqual(onlineRows(fresh.out));
}

interface Watching extends AsyncDisposable {
  readonly closed: number[];
  readonly quarantined: string[];
  readonly read: string[];
  /** How many provisional rows were published. */
  published(): number;
}

/** Watches in this process: polls at once, closes a second after a window's end, moves silent sources on after a second. */
function watching({ chosen = features, grace = 1 }: { chosen?: readonly Feature[]; grace?: number } = {}): Watching {
  const ending = new AbortController();
  const seen = { closed: [] as number[], quarantined: [] as string[], read: [] as string[] };
  let rows = 0;
  const listener = {
    fileRead: (path: string) => void seen.read.push(path),
    fileQuarantined: (path: string) => void seen.quarantined.push(path),
    windowWritten: ({ window }: { window: number }) => void seen.closed.push(window),
    published: (more: number) => void (rows += more),
    unsettled() {},
    waiting() {},
  };
  const times = { grace, idleAfter: 1, emitEvery: 0.5, poll: 0.02, settleAfter: 0.1 };
  const ended = watch({
    in: workplace.in,
    out: workplace.out,
    features: chosen,
    registered: features,
    ...times,
    listener,
    signal: ending.signal,
  });
  const end = async () => {
    ending.abort();
    await ended;
  };
  return { ...seen, published: () => rows, [Symbol.asyncDispose]: end };
}

async function onTheList(): Promise<number[]> {
  using catalogue = new SqliteCatalogue(join(workplace.out, 'catalogue.db'), { readOnly: true });
  return (await catalogue.toCheck()).map(({ window }) => window);
}

describe('a file that was read and then', () => {
  it('was ahead of a clock that had gone back counts again when the clock is right', async () => {
    write('a', '10:09:00', browse('a', '10:03'));
    await run(workplace);
    const back: Clock = { ...systemClock, now: () => at('09:00') };
    const { quarantined } = await run(workplace, {}, back);
    expect(quarantined).toMatchObject([{ reason: 'ahead' }]);
    expect(await run(workplace)).toMatchObject({ quarantined: [], unsettled: [] });
    await expectAsFresh();
  });

  it('could not be compared with what was read counts again when it can', async (ctx) => {
    const path = write('a', '10:09:00', browse('a', '10:03'));
    await run(workplace);
    const bringBack = makeUnreadable(path, ctx);
    expect((await run(workplace)).quarantined).toMatchObject([{ reason: 'unreadable' }]);
    bringBack();
    expect(await run(workplace)).toMatchObject({ quarantined: [], unsettled: [] });
    await expectAsFresh();
  });
});

describe('a rebuild', () => {
  it('leaves nothing of a window whose objects a killed run had put, and whose file is gone', async () => {
    write('a', '10:09:00', browse('stays', '10:03'));
    const gone = write('b', '10:19:00', browse('goes', '10:13'), browse('stays', '10:14'));
    await run(workplace);
    // As if that run had been killed between the objects and the catalogue's row.
    using catalogue = new DatabaseSync(join(workplace.out, 'catalogue.db'));
    catalogue.exec(`DELETE FROM window_parts WHERE window = ${at('10:10')}`);
    catalogue.close();
    rmSync(join(workplace.in, gone));
    await run(workplace, { force: true });
    const fresh = { in: workplace.in, out: workplace.place('fresh') };
    await run(fresh);
    expect(onlineRows(workplace.out)).toEqual(onlineRows(fresh.out));
    // The objects stay, without rows.
    expect(Object.keys(objects(workplace.out)).length).toBeGreaterThan(Object.keys(objects(fresh.out)).length);
  });

  it('leaves no provisional row of a watch that ended, whose file is gone', async () => {
    write('a', '10:09:00', browse('stays', '10:03'));
    const gone = write('b', '10:19:00', browse('goes', '10:13'), browse('stays', '10:14'));
    {
      await using seen = watching({ grace: 3600 });
      await until('provisional rows', () => seen.published() > 0 || undefined);
    }
    rmSync(join(workplace.in, gone));
    await run(workplace, { force: true });
    await expectAsFresh();
  });

  it('brings back what provisional rows of a newer window hid, when both windows are written together', async () => {
    write('a', '10:09:00', browse('hidden', '10:03'));
    const gone = write('b', '10:19:00', browse('hidden', '10:13'));
    write('c', '10:19:00', browse('other', '10:14'));
    {
      await using seen = watching({ grace: 3600 });
      await until('provisional rows', () => seen.published() >= 3 || undefined);
    }
    rmSync(join(workplace.in, gone));
    await run(workplace, { force: true });
    await expectAsFresh();
  });

  it('gives a key that several windows lost the row of the newest one that still has it', async () => {
    write('a', '09:59:00', browse('lost twice', '09:53'));
    write('a', '10:09:00', browse('lost once', '10:05'), browse('stays', '10:06'));
    write('a', '10:19:00', browse('stays', '10:16'));
    const gone = write(
      'b',
      '10:19:00',
      browse('lost twice', '10:03'),
      browse('lost twice', '10:13'),
      browse('lost once', '10:14'),
    );
    await run(workplace);
    rmSync(join(workplace.in, gone));
    await run(workplace, { force: true });
    const fresh = { in: workplace.in, out: workplace.place('fresh') };
    await run(fresh);
    expect(onlineRows(workplace.out)).toEqual(onlineRows(fresh.out));
  });

  it('mends damaged objects of which a newer window, rebuilt with them, has lost rows', async () => {
    const devices = Array.from({ length: 40 }, (_, device) => `d${device}`);
    write('a', '10:10:05', ...devices.map((device) => browse(device, '10:00')));
    write('a', '10:20:05', ...devices.slice(0, 20).map((device) => browse(device, '10:10')));
    const gone = write('b', '10:20:05', ...devices.slice(20).map((device) => browse(device, '10:10')));
    await run(workplace);
    for (const name of Object.keys(objects(workplace.out))) {
      if (name.startsWith(browses.name) && name.includes('ten_mins=00'))
        writeFileSync(join(workplace.out, 'features_store', name), 'damaged');
    }
    rmSync(join(workplace.in, gone));
    await run(workplace, { force: true });
    const fresh = { in: workplace.in, out: workplace.place('fresh') };
    await run(fresh);
    expect(onlineRows(workplace.out)).toEqual(onlineRows(fresh.out));
    expect(objects(workplace.out)).toMatchObject(objects(fresh.out));
  });

  it('of hundreds of small windows needs few open files', async () => {
    const minutes = Array.from({ length: 3000 }, (_, i) => at('10:00') - i * 600);
    write('a', '10:09:00', ...minutes.map((timestamp) => line({ device_id: 'd', user_id: 'u', timestamp })));
    await run(workplace);
    const before = objects(workplace.out);
    const bin = join(import.meta.dirname, '../bin/neartime.mjs');
    const command = `ulimit -n 256 && exec "${process.execPath}" "${bin}" backfill --force --in "$0" --out "$1"`;
    const { ended } = startProgram('sh', ['-c', command, workplace.in, workplace.out]);
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
    expect(objects(workplace.out)).toEqual(before);
  });

  it('mends objects that were damaged', async () => {
    write('a', '10:09:00', browse('a', '10:03'));
    write('b', '10:19:00', browse('a', '10:13'));
    await run(workplace);
    const before = objects(workplace.out);
    for (const name of Object.keys(before)) writeFileSync(join(workplace.out, 'features_store', name), 'x');
    await run(workplace, { force: true });
    expect(objects(workplace.out)).toEqual(before);
    await expectAsFresh();
  });
});

describe('the list of windows to be checked', () => {
  it('is empty after a backfill that had to reprocess, and holds what could not be made complete', async (ctx) => {
    write('a', '10:09:00', browse('a', '10:03'));
    await run(workplace);
    const late = write('b', '10:08:00', browse('b', '10:02'), browse('b', '09:15'));
    const lost = write('c', '11:08:00', browse('c', '10:59'));
    await run(workplace);
    expect(await onTheList()).toEqual([]);
    const bringBack = makeUnreadable(lost, ctx);
    write('d', '11:08:01', browse('d', '10:58'), browse('d', '10:04'));
    expect(await run(workplace)).toMatchObject({ unsettled: [{ window: at('10:50') }] });
    expect(await onTheList()).toEqual([at('10:50')]);
    bringBack();
    expect(await run(workplace)).toMatchObject({ unsettled: [], quarantined: [] });
    expect(await onTheList()).toEqual([]);
    expect(late).not.toBe(lost);
    await expectAsFresh();
  });
});

describe('watching', () => {
  it('goes on beside a file that cannot be read: windows close, it is tried more and more seldom, and it counts when it can be read', async (ctx) => {
    write('a', '10:09:59', browse('a', '10:03'));
    const path = write('a', '10:09:58', browse('b', '10:04'));
    const bringBack = makeUnreadable(path, ctx);
    {
      await using seen = watching();
      await until('the window to close', () => seen.closed.includes(at('10:00')) || undefined);
      expect(seen.quarantined.length).toBeGreaterThan(0);
      expect(seen.quarantined.length).toBeLessThan(12);
      bringBack();
      await until('the file to be read', () => seen.read.includes(path) || undefined);
      await until('the window to be revised', () => seen.closed.length > 1 || undefined);
    }
    await expectAsFresh();
  });

  it('some of the features keeps no list for the others', async () => {
    write('a', '10:09:59', browse('a', '10:03'), browse('b', '09:52'));
    {
      await using seen = watching({ chosen: [browses] });
      await until('the window to close', () => seen.closed.includes(at('10:00')) || undefined);
      await until('the list to be empty', async () => ((await onTheList()).length === 0 ? true : undefined));
    }
    await run(workplace);
    await expectAsFresh();
  });
});

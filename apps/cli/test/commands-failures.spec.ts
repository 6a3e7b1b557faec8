import { spawnSync } from 'node:child_process';
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { treeHash } from '@neartime/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, neartime, start } from './cli.ts';
import { Workplace } from './reservoirs.ts';
import { run } from './run.ts';
import { objects, onlineRows } from './store.ts';

let workplace: Workplace;

beforeAll(async () => {
  workplace = await Workplace.messy(12);
  await run(workplace);
});
afterAll(() => workplace[Symbol.dispose]());

let places = 0;
const newPlace = () => workplace.place(`place-${places++}`);

/** What a user must see of a failure: one line that tells all that is in `says`. */
function expectOneLine({ code, stderr }: Ended, ...says: readonly (string | RegExp)[]): void {
  expect(stderr).toMatch(/^neartime: .*\n$/);
  for (const part of says) expect(stderr).toMatch(part);
  expect(code).toBe(1);
}

const half = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.tmp'));

describe('a folder that is not what it should be', () => {
  it.each(['backfill', 'watch'])('%s: there is no reservoir', async (command) => {
    const out = newPlace();
    expectOneLine(
      await neartime(command, '--in', '/nowhere', '--out', out),
      '/nowhere/in',
      '--in names the folder that holds in/',
    );
    expect(existsSync(out)).toBe(false);
  });

  it.each([
    ['settle', '--out'],
    ['files', '--store'],
    ['get', '--store', 'device_last_browse', 'id'],
    ['query', '--store', 'select 1'],
  ])('%s: there is no store', async (command, flag, ...args) => {
    const empty = newPlace();
    mkdirSync(empty);
    expectOneLine(await neartime(command, flag, empty, ...args), empty);
    expect(readdirSync(empty)).toEqual([]);
  });

  it.each([
    ['generate', '--out'],
    ['demo', '--dir'],
    ['backfill', '--in', '', '--out'],
  ])('%s: a file is in the place', async (...args) => {
    const file = newPlace();
    writeFileSync(file, 'mine');
    const [command, ...flags] = args.map((arg) => arg || workplace.in);
    expectOneLine(await neartime(command, ...flags, file), file, /a file|ENOTDIR|EEXIST/, /choose|move it away/);
    expectOneLine(
      await neartime(command, ...flags, join(file, 'below')),
      file,
      /a file|ENOTDIR/,
      /choose|move it away/,
    );
    expect(statSync(file).size).toBe(4);
  });

  it('demo: leaves what is no demo of its own as it is', async () => {
    const before = treeHash(workplace.place('.'));
    expectOneLine(await neartime('demo', '--dir', workplace.place('.')), 'holds no demo; choose another --dir');
    expect(treeHash(workplace.place('.'))).toEqual(before);
  });
});

/** To root nothing is forbidden; then somebody else it is who may not. */
const asNobody = process.getuid?.() === 0 ? { uid: 65_534 } : {};

describe('a folder that this user may not use', () => {
  it('is named, with what to do', async (ctx) => {
    const canStart = (await start(['--version'], asNobody).ended).code === 0;
    ctx.skip(!canStart, 'another user than root cannot read the sources here');
    const closed = newPlace();
    mkdirSync(join(closed, 'in/closed'), { recursive: true });
    mkdirSync(join(closed, 'out'));
    chmodSync(workplace.place('.'), 0o755);
    chmodSync(join(closed, 'out'), 0o777);
    chmodSync(join(closed, 'in/closed'), 0);
    const backfill = (out: string) => start(['backfill', '--in', closed, '--out', out], asNobody).ended;
    expectOneLine(await backfill(join(closed, 'out/s')), join(closed, 'in/closed'), 'EACCES');
    chmodSync(join(closed, 'in/closed'), 0o755);
    chmodSync(join(closed, 'out'), 0);
    expectOneLine(await backfill(join(closed, 'out/s')), join(closed, 'out'), 'EACCES', 'choose another');
    expectOneLine(
      await start(['generate', '--out', join(closed, 'out')], asNobody).ended,
      join(closed, 'out/in'),
      'EACCES',
      'choose another',
    );
    expectOneLine(
      await start(['demo', '--dir', join(closed, 'out/demo')], asNobody).ended,
      join(closed, 'out'),
      'EACCES',
      'choose another',
    );
    chmodSync(join(closed, 'out'), 0o755);
    expect(half(closed)).toEqual([]);
  });
});

/** A disk of its own, of so many bytes: a file system in memory, which only root can mount. */
class SmallDisk implements Disposable {
  readonly path = newPlace();
  readonly isMounted: boolean;

  constructor(bytes: number) {
    mkdirSync(this.path);
    this.isMounted = process.platform === 'linux' && mount('-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', this.path);
  }

  change(options: string): void {
    expect(mount('-o', `remount,${options}`, this.path)).toBe(true);
  }

  [Symbol.dispose](): void {
    if (this.isMounted) spawnSync('umount', ['-l', this.path]);
  }
}

const mount = (...args: string[]): boolean => spawnSync('mount', args).status === 0;
const noMount = 'no file system can be mounted here (that takes root)';

/** What the files of a folder take in all. */
const bytesBelow = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);

describe('a disk that is full', () => {
  it.for([0.2, 0.5, 0.8])(
    'backfill: says so at %d of the room, and ends in the same bytes once there is more',
    async (share, ctx) => {
      using disk = new SmallDisk(Math.ceil(share * bytesBelow(workplace.out)));
      ctx.skip(!disk.isMounted, noMount);
      const place = { in: workplace.in, out: join(disk.path, 'store') };
      const backfill = ['backfill', '--in', place.in, '--out', place.out];
      expectOneLine(await neartime(...backfill), disk.path, /the disk is full; make room|ENOSPC/);
      expectOneLine(await neartime(...backfill), disk.path, /the disk is full; make room|ENOSPC/);
      disk.change('size=100m');
      expect(await neartime(...backfill)).toMatchObject({ code: 0, stderr: '' });
      expect(objects(place.out)).toEqual(objects(workplace.out));
      expect(onlineRows(place.out)).toEqual(onlineRows(workplace.out));
      expect(half(place.out)).toEqual([]);
    },
  );

  it.for([
    ['generate', '--out'],
    ['demo', '--dir'],
  ])('%s: says so, leaves whole files only, and ends well once there is room', async ([command, flag], ctx) => {
    using disk = new SmallDisk(500_000);
    ctx.skip(!disk.isMounted, noMount);
    const args = [command, flag, disk.path, ...(command === 'generate' ? ['--events', '2000'] : [])];
    expectOneLine(await neartime(...args), disk.path, 'the disk is full; make room');
    const [files] = readdirSync(disk.path, { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.endsWith('/in') || name === 'in',
    );
    const left = treeHash(join(disk.path, files));
    expect(half(disk.path)).toEqual([]);
    expect(Object.keys(left).length).toBeGreaterThan(0);
    disk.change('size=100m');
    expect(await neartime(...args)).toMatchObject({ code: 0, stderr: '' });
    expect(treeHash(join(disk.path, files))).toMatchObject(left);
  });

  it('of which it can only be read: says so', async (ctx) => {
    using disk = new SmallDisk(1_000_000);
    ctx.skip(!disk.isMounted, noMount);
    disk.change('ro');
    for (const folder of [disk.path, join(disk.path, 'below')]) {
      expectOneLine(await neartime('generate', '--out', folder), folder, 'EROFS', 'choose another');
      expectOneLine(
        await neartime('backfill', '--in', workplace.in, '--out', folder),
        folder,
        'EROFS',
        'choose another',
      );
    }
  });

  it('on which the output goes: says so', async (ctx) => {
    ctx.skip(!existsSync('/dev/full'), 'there is no /dev/full');
    const out = openSync('/dev/full', 'w');
    using _closed = { [Symbol.dispose]: () => closeSync(out) };
    for (const args of [
      ['windows', '--store', workplace.out],
      ['query', '--store', workplace.out, 'select 1'],
    ]) {
      expectOneLine(await start(args, { stdout: out }).ended, 'the disk is full; make room');
    }
  });
});

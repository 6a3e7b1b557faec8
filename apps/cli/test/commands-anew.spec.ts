import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { at, line, rawFilePath, writeRawFile } from '@neartime/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answer, neartime } from './cli.ts';
import { Workplace } from './reservoirs.ts';
import { objects, revisions } from './store.ts';

let workplace: Workplace;

beforeAll(async () => {
  workplace = new Workplace();
  for (const time of ['10:10:05', '10:20:05', '10:30:05'])
    writeRawFile(
      workplace.in,
      'in/a',
      `2018-08-01T${time}Z`,
      ['pl 😀', 'b', 'c'].map((device) => line({ device_id: device, timestamp: at(time.slice(0, 5)) - 60 })),
    );
  expect((await neartime('backfill', '--in', workplace.in, '--out', workplace.out)).code).toBe(0);
});
afterAll(() => workplace[Symbol.dispose]());

interface Parity {
  readonly results: readonly { readonly window: string; readonly outcome: string; readonly detail: string }[];
  readonly left: readonly unknown[];
}

const parity = (...flags: string[]) => answer('parity', '--out', workplace.out, ...flags) as Promise<Parity>;

describe('reprocess', () => {
  it('computes the windows of a feature anew, as their next revision, to the same bytes', async () => {
    const before = objects(workplace.out);
    const bounds = ['--from', '2018-08-01T10:00Z', '--to', '2018-08-01T10:20Z'];
    const { code, stdout, stderr } = await neartime(
      ...['reprocess', '--feature', 'device_last_browse', '--out', workplace.out, ...bounds],
    );
    expect({ code, stdout, stderr }).toEqual({
      ...{ code: 0, stderr: '' },
      stdout: '2 windows of device_last_browse computed anew, 0 windows left\n',
    });
    expect(objects(workplace.out)).toEqual(before);
    expect(revisions(workplace.out)).toMatchObject({
      [`device_last_browse ${at('10:00')}`]: 1,
      [`device_last_browse ${at('10:10')}`]: 1,
      [`device_last_browse ${at('10:20')}`]: 0,
    });
    expect(await neartime('settle', '--out', workplace.out)).toMatchObject({ stdout: 'every window is settled\n' });
  });

  it('says which feature there is not, and which store', async () => {
    const anew = (...flags: string[]) => neartime('reprocess', ...flags);
    expect(await anew('--feature', 'nonsense', '--out', workplace.out)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('unknown feature nonsense') as string,
    });
    expect(await anew('--feature', 'device_last_browse', '--out', workplace.place('none'))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no store in') as string,
    });
  });
});

describe('parity', () => {
  it('is equal for every window, or for a sample of them, and is kept', async () => {
    const { results, left } = await parity();
    expect(results.map(({ outcome }) => outcome)).toEqual(results.map(() => 'equal'));
    expect(results.length).toBeGreaterThanOrEqual(3);
    expect(left).toEqual([]);
    expect((await parity('--one-in', '1000000')).results.length).toBeLessThan(results.length);
    expect((await parity('--last')).results).toEqual(results);
    const { stdout } = await neartime('parity', '--out', workplace.out);
    expect(stdout).toMatch(/^\d+ windows equal, 0 not, 0 that could not be computed\n$/);
  });

  it('finds an object that was changed, keeps both, and is equal again when the window was computed anew', async () => {
    const names = Object.keys(objects(workplace.out)).filter((name) => name.startsWith('device_last_browse/'));
    const [changed, other] = names.filter((name) => name.includes('ten_mins=2') || name.includes('ten_mins=1'));
    const place = join(workplace.out, 'features_store', changed!);
    copyFileSync(join(workplace.out, 'features_store', other!), place);
    const { code, stdout } = await neartime('parity', '--out', workplace.out, '--features', 'device_last_browse');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^2 windows equal, 1 not, 0 that could not be computed\n/);
    expect(stdout).toContain(`features_store/${changed!} is not the object that was written`);
    expect(stdout).toContain('`neartime reprocess --feature … --from … --to …` writes such a window anew');
    expect(existsSync(join(workplace.out, 'features_parity', changed!))).toBe(true);
    rmSync(place);
    const again = await neartime('parity', '--out', workplace.out, '--features', 'device_last_browse');
    expect(again.stdout).toContain(`features_store/${changed!} is missing; what it should be is features_parity/`);
    copyFileSync(join(workplace.out, 'features_store', other!), place);
    expect(existsSync(place)).toBe(true);
    await neartime('reprocess', '--feature', 'device_last_browse', '--out', workplace.out);
    expect((await neartime('parity', '--out', workplace.out)).code).toBe(0);
  });

  it('is unknown while a raw file cannot be read', async () => {
    const path = rawFilePath('in/a', '2018-08-01T10:10:05Z');
    const kept = join(workplace.in, `${path}.kept`);
    copyFileSync(join(workplace.in, path), kept);
    copyFileSync(join(workplace.in, rawFilePath('in/a', '2018-08-01T10:20:05Z')), join(workplace.in, path));
    const { results } = await parity('--features', 'device_last_browse').catch(() => ({ results: [] }));
    const told = await neartime('parity', '--out', workplace.out, '--features', 'device_last_browse', '--json');
    copyFileSync(kept, join(workplace.in, path));
    expect(results).toEqual([]);
    expect(told.code).toBe(1);
    const unknown = (JSON.parse(told.stdout) as Parity).results.filter(({ outcome }) => outcome === 'unknown');
    expect(unknown).toHaveLength(1);
    expect(unknown[0]!.detail).toBe(`${path} has changed`);
  });
});

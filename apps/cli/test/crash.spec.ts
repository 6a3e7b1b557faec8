import { cpSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { oracle } from '@neartime/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../src/generate/random.ts';
import { answer, killAfter, neartime, start, until } from './cli.ts';
import { Workplace, copyFiles } from './reservoirs.ts';
import { run } from './run.ts';
import { objects, onlineRows, partsOf } from './store.ts';

const killsInAll = 20;
const mostKillsOfARun = 5;

/** A reservoir and a store. */
type Place = { readonly in: string; readonly out: string };

let workplace: Workplace;
let bytes: Record<string, string>;
let online: ReturnType<typeof onlineRows>;
let rowsInAll: number;
/** Milliseconds that an undisturbed run takes, from the start of the process to its end. */
let duration: number;
let stores = 0;

const backfill = (place: Place, ...flags: string[]) => ['backfill', '--in', place.in, '--out', place.out, ...flags];

const newPlace = (): Place => ({ in: workplace.in, out: workplace.place(`killed-${stores++}`) });

async function timed(args: readonly string[]): Promise<number> {
  const from = performance.now();
  expect(await neartime(...args)).toMatchObject({ code: 0 });
  return performance.now() - from;
}

beforeAll(async () => {
  workplace = await Workplace.messy(10, { files: 6, events: 400 });
  // The first run of all may compile what the others find compiled.
  await timed(backfill(newPlace()));
  duration = await timed(backfill(workplace));
  bytes = objects(workplace.out);
  online = onlineRows(workplace.out);
  const parts = Object.entries(partsOf(oracle(workplace.in).rows));
  rowsInAll = parts.reduce((sum, [name, rows]) => sum + (name.includes('device_last_browse') ? rows.length : 0), 0);
});
afterAll(() => workplace[Symbol.dispose]());

async function countedRows(store: string): Promise<number> {
  const sql =
    'select count(*) as n, count(distinct (id, country, brand, day, hour, ten_mins)) as keys from features_store.device_last_browse';
  const [{ n, keys }] = await answer<[{ n: number; keys: number }]>('query', '--store', store, sql);
  expect(Number(n), 'a row stands once').toBe(Number(keys));
  return Number(n);
}

/** Milliseconds that the quickest run of a kind took: later ones must not end before they are killed, on a machine that is less busy. */
interface Pace {
  quickest: number;
}

/**
 * Kills runs at random moments of the time that an undisturbed one takes, until `kills` were killed, or one came to its end
 * before; gives how many were killed.
 */
async function kill(args: readonly string[], kills: number, random: Random, pace: Pace): Promise<number> {
  for (let killed = 0; killed < kills; killed++) {
    const from = performance.now();
    // The first part of a run is the start of the process, where there is nothing yet to break.
    if (await killAfter(start(args), pace.quickest * (0.3 + 0.7 * random.fraction()))) continue;
    // One that goes on where others were killed has less to do.
    if (killed === 0) pace.quickest = Math.min(pace.quickest, performance.now() - from);
    return killed;
  }
  return kills;
}

/** Makes a place and kills runs there, at least one: where the first came to its end before, once more with a new place. */
async function killedPlace(
  makePlace: () => Place | Promise<Place>,
  random: Random,
  ...flags: string[]
): Promise<Place> {
  const pace = { quickest: await timed(backfill(await makePlace(), ...flags)) };
  for (let round = 0; round < 10; round++) {
    const place = await makePlace();
    if ((await kill(backfill(place, ...flags), 3, random, pace)) > 0) return place;
  }
  throw new Error('every run ended before it was killed');
}

/** Runs to the end and compares with the undisturbed run. */
async function expectTheSame(place: Place): Promise<void> {
  expect(await run(place)).toMatchObject({ unsettled: [], quarantined: [] });
  expect(objects(place.out)).toEqual(bytes);
  expect(onlineRows(place.out)).toEqual(online);
}

describe('a backfill that is killed at any moment and started again', () => {
  it('ends in the bytes and rows of an undisturbed one', async () => {
    const random = new Random(1, 'kills');
    const pace = { quickest: duration };
    let killed = 0;
    for (let round = 0; killed < killsInAll; round++) {
      expect(round, 'too many runs ended before they were killed').toBeLessThan(killsInAll);
      const place = newPlace();
      const hold = round % 2 === 0 ? '1h' : '0s';
      killed += await kill(backfill(place, '--hold', hold), 1 + random.below(mostKillsOfARun), random, pace);
      await expectTheSame(place);
    }
  });

  it('ends so too when it settled late files', async () => {
    const random = new Random(2, 'kills');
    const files = workplace.files();
    const late = files.filter(() => random.chance(0.4));
    const before = { in: workplace.place('before-late'), out: workplace.place('before-late-store') };
    copyFiles(
      workplace.in,
      before.in,
      files.filter((path) => !late.includes(path)),
    );
    await run(before);
    expect(objects(before.out)).not.toEqual(bytes);
    const place = await killedPlace(() => {
      const { out } = newPlace();
      cpSync(before.out, out, { recursive: true });
      return { in: workplace.in, out };
    }, random);
    await expectTheSame(place);
  });

  it('ends so too when it was a rebuild', async () => {
    const random = new Random(5, 'kills');
    const place = await killedPlace(
      () => {
        const { out } = newPlace();
        cpSync(workplace.out, out, { recursive: true });
        return { in: workplace.in, out };
      },
      random,
      '--force',
    );
    await expectTheSame(place);
  });
});

describe('what a killed run leaves', () => {
  it('is never in the way of a question: rows that are there are whole', async () => {
    const place = newPlace();
    const running = start(backfill(place, '--hold', '0s'));
    await until(
      'the first part',
      () =>
        globSync('features_store/device_last_browse/**/*.parquet', { cwd: place.out }).length > 0 ? true : undefined,
      { every: 1 },
    );
    running.child.kill('SIGKILL');
    expect(await running.ended).toMatchObject({ signal: 'SIGKILL' });
    const rows = await countedRows(place.out);
    expect(rows).toBeGreaterThan(0);
    expect(rows).toBeLessThanOrEqual(rowsInAll);
    await expectTheSame(place);
    expect(await countedRows(place.out)).toBe(rowsInAll);
  });

  it('does not count as a part while it has a temporary name', async () => {
    const [name] = Object.keys(bytes).filter((object) => object.startsWith('device_last_browse/'));
    const part = join(workplace.out, 'features_store', name);
    writeFileSync(`${part}.tmp`, readFileSync(part));
    writeFileSync(part.replace('part-0000', 'part-9999').concat('.tmp'), gzipSync('half a part'));
    expect(await countedRows(workplace.out)).toBe(rowsInAll);
  });
});

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { oracle } from '@neartime/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../src/generate/random.ts';
import { answer, killAfter, neartime, start } from './cli.ts';
import { Workplace, copyFiles } from './reservoirs.ts';
import { objects, onlineRows, partsOf } from './store.ts';

const killsInAll = 24;
const mostKillsOfARun = 4;

let workplace: Workplace;
let bytes: Record<string, string>;
let online: ReturnType<typeof onlineRows>;
let rowsInAll: number;
/** Milliseconds that an undisturbed run takes, from the start of the process to its end. */
let duration: number;
let stores = 0;

const backfill = (place: { in: string; out: string }, ...flags: string[]) => ['backfill', '--in', place.in, '--out', place.out, ...flags];

async function timed(args: readonly string[]): Promise<number> {
  const from = performance.now();
  expect(await neartime(...args)).toMatchObject({ code: 0 });
  return performance.now() - from;
}

beforeAll(async () => {
  workplace = await Workplace.messy(10, { files: 6, events: 400 });
  duration = await timed(backfill(workplace));
  bytes = objects(workplace.out);
  online = onlineRows(workplace.out);
  const parts = Object.entries(partsOf(oracle(workplace.in).rows));
  rowsInAll = parts.reduce((sum, [name, rows]) => sum + (name.includes('device_last_browse') ? rows.length : 0), 0);
});
afterAll(() => workplace[Symbol.dispose]());

async function countedRows(store: string): Promise<number> {
  const sql = 'select count(*) as n, count(distinct (id, country, brand, day, hour, ten_mins)) as keys from features_store.device_last_browse';
  const [{ n, keys }] = await answer<[{ n: number; keys: number }]>('query', '--store', store, sql);
  expect(Number(n), 'a row stands once').toBe(Number(keys));
  return Number(n);
}

/** Kills runs in a place at random moments until `kills` were killed (or one came to its end), then runs to the end. */
async function disturbed(args: readonly string[], kills: number, random: Random): Promise<number> {
  let killed = 0;
  while (killed < kills) {
    // The first part of a run is the start of the process, where there is nothing yet to break.
    if (!(await killAfter(start(args), duration * (0.3 + 0.7 * random.fraction())))) break;
    killed++;
  }
  const { code, stderr } = await neartime(...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return killed;
}

describe('a backfill that is killed at any moment and started again', () => {
  it('ends in the bytes and rows of an undisturbed one', async () => {
    const random = new Random(1, 'kills');
    for (let killed = 0, run = 0; killed < killsInAll; run++) {
      expect(run, 'too many runs ended before they were killed').toBeLessThan(killsInAll);
      const place = { in: workplace.in, out: workplace.place(`killed-${stores++}`) };
      killed += await disturbed(backfill(place, ...(run % 2 === 0 ? [] : ['--hold', '0s'])), 1 + random.below(mostKillsOfARun), random);
      expect(objects(place.out)).toEqual(bytes);
      expect(onlineRows(place.out)).toEqual(online);
    }
  });

  it('ends so too when it was a rebuild, or settled late files', async () => {
    const random = new Random(2, 'kills');
    for (let run = 0; run < 3; run++) {
      const place = { in: workplace.place(`late-${run}`), out: workplace.place(`killed-${stores++}`) };
      const files = workplace.files();
      const late = files.filter(() => random.chance(0.4));
      copyFiles(workplace.in, place.in, files.filter((path) => !late.includes(path)));
      expect(await neartime(...backfill(place))).toMatchObject({ code: 0 });
      copyFiles(workplace.in, place.in, late);
      await disturbed(backfill(place), 2, random);
      expect(objects(place.out)).toEqual(bytes);
      expect(onlineRows(place.out)).toEqual(online);

      await killAfter(start(backfill(place, '--force')), duration * (0.3 + 0.7 * random.fraction()));
      await disturbed(backfill(place), 1, random);
      expect(objects(place.out)).toEqual(bytes);
      expect(onlineRows(place.out)).toEqual(online);
    }
  });
});

describe('what a killed run leaves', () => {
  it('is never in the way of a question: rows that are there are whole', async () => {
    const random = new Random(3, 'kills');
    for (let run = 0; run < 3; run++) {
      const place = { in: workplace.in, out: workplace.place(`killed-${stores++}`) };
      await killAfter(start(backfill(place)), duration * (0.6 + 0.4 * random.fraction()));
      expect(await countedRows(place.out)).toBeLessThanOrEqual(rowsInAll);
      await disturbed(backfill(place), 0, random);
      expect(await countedRows(place.out)).toBe(rowsInAll);
    }
  });

  it('does not count as a part while it has a temporary name', async () => {
    const [name] = Object.keys(bytes).filter((object) => object.startsWith('device_last_browse/'));
    const part = join(workplace.out, 'features_store', name);
    writeFileSync(`${part}.tmp`, readFileSync(part));
    writeFileSync(part.replace('part-0000', 'part-9999').concat('.tmp'), gzipSync('half a part'));
    expect(await countedRows(workplace.out)).toBe(rowsInAll);
  });
});

import { features } from '@neartime/features';
import { at } from '@neartime/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Workplace } from './reservoirs.ts';
import { run } from './run.ts';
import { objects, onlineRows } from './store.ts';

let workplace: Workplace;
let full: Record<string, string>;
let online: ReturnType<typeof onlineRows>;
let stores = 0;

beforeAll(async () => {
  workplace = await Workplace.messy(9, { files: 6, events: 100, late: 0.2 });
  await run(workplace);
  full = objects(workplace.out);
  online = onlineRows(workplace.out);
});
afterAll(() => workplace[Symbol.dispose]());

const newStore = () => ({ in: workplace.in, out: workplace.place(`store-${stores++}`) });
const [from, to] = [at('09:10'), at('09:40')];

const windowOf = (name: string): number => {
  const [, year, month, day, hour, minutes] = /year=(.*)\/month=(.*)\/day=(.*)\/hour=(.*)\/ten_mins=(.*)\//.exec(name)!;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minutes}:00Z`) / 1000;
};
const inWindows = (from: number, to: number) =>
  Object.fromEntries(Object.entries(full).filter(([name]) => windowOf(name) >= from && windowOf(name) < to));

describe('windows that are chosen with --from and --to', () => {
  it.each([
    [from, to],
    [from, Infinity],
    [-Infinity, to],
    [at('09:15'), at('09:35')],
  ])('%d to %d have the bytes that a full run gives them, and a full run completes them', async (from, to) => {
    const place = newStore();
    expect((await run(place, { from, to })).unsettled).toEqual([]);
    expect(objects(place.out)).toEqual(inWindows(from, to));
    expect((await run(place)).unsettled).toEqual([]);
    expect(objects(place.out)).toEqual(full);
    expect(onlineRows(place.out)).toEqual(online);
    expect(await run(place)).toMatchObject({ filesRead: 0, written: [] });
  });

  it('come together piece by piece, in any order', async () => {
    const place = newStore();
    for (const [from, to] of [
      [at('09:30'), Infinity],
      [-Infinity, at('09:10')],
      [at('09:00'), at('09:40')],
    ]) {
      expect((await run(place, { from, to })).unsettled).toEqual([]);
    }
    expect(objects(place.out)).toEqual(full);
    expect(onlineRows(place.out)).toEqual(online);
  });
});

describe('features that are chosen', () => {
  it.each(features.map(({ name }) => name))(
    '%s alone has the bytes of a full run, and a full run completes the rest',
    async (name) => {
      const place = newStore();
      const chosen = features.filter((feature) => feature.name === name);
      expect((await run(place, { features: chosen })).unsettled).toEqual([]);
      expect(objects(place.out)).toEqual(
        Object.fromEntries(Object.entries(full).filter(([path]) => path.startsWith(`${name}/`))),
      );
      expect((await run(place)).unsettled).toEqual([]);
      expect(objects(place.out)).toEqual(full);
      expect(onlineRows(place.out)).toEqual(online);
    },
  );

  it('go with windows that are chosen, in any order', async () => {
    const place = newStore();
    await run(place, { features: features.slice(0, 1), from, to });
    await run(place, { features: features.slice(1), to });
    await run(place, { features: features.slice(1, 2) });
    expect((await run(place)).unsettled).toEqual([]);
    expect(objects(place.out)).toEqual(full);
    expect(onlineRows(place.out)).toEqual(online);
  });
});

describe('the partitions of a store', () => {
  it('are those it was made with; another number is refused and changes nothing', async () => {
    const place = newStore();
    await run(place, { partitions: 3 });
    const before = objects(place.out);
    expect(new Set(Object.keys(before).map((name) => name.slice(-'part-00000.parquet'.length)))).toEqual(
      new Set(['part-00000.parquet', 'part-00001.parquet', 'part-00002.parquet']),
    );
    await expect(run(place, { partitions: 4 })).rejects.toThrow(/has 3 partitions, not 4/);
    expect(await run(place)).toMatchObject({ filesRead: 0, written: [] });
    expect(objects(place.out)).toEqual(before);
    expect(onlineRows(place.out)).toEqual(online);
  });
});

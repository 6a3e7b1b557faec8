import { statSync } from 'node:fs';
import { join } from 'node:path';
import { at, line, writeRawFile } from '@neartime/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Workplace, copyFiles } from './reservoirs.ts';
import { run } from './run.ts';
import { objects, onlineRows, revisions } from './store.ts';

const browses = (device: string, ...times: string[]) =>
  times.map((time) => line({ device_id: device, user_id: `of-${device}`, timestamp: at(time) }));
const feature = 'device_last_browse';
const windowAt = (time: string) => `${feature} ${at(time)}`;

let workplace: Workplace;
let inTime: { in: string; out: string };
let late: string;

beforeAll(async () => {
  workplace = new Workplace();
  const write = (source: string, time: string, lines: string[]) =>
    writeRawFile(workplace.in, `in/${source}`, `2018-08-01T${time}Z`, lines);
  write('a', '10:10:05', [...browses('early', '10:01', '10:02'), ...browses('other', '10:05')]);
  write('a', '10:20:05', [...browses('early', '10:11'), ...browses('third', '10:12')]);
  write('a', '10:30:05', browses('fourth', '10:21'));
  late = write('b', '10:30:07', [
    ...browses('early', '10:09:30'),
    ...browses('late', '10:08'),
    ...browses('early', '10:10:30'),
  ]);
  const allButLate = workplace.files().filter((path) => path !== late);
  inTime = { in: workplace.in, out: workplace.place('in-time') };
  await run(inTime);
  const place = { in: workplace.place('arriving'), out: workplace.place('out') };
  copyFiles(workplace.in, place.in, allButLate);
  await run(place);
});
afterAll(() => workplace[Symbol.dispose]());

const place = () => ({ in: workplace.place('arriving'), out: workplace.place('out') });
const stamps = () =>
  Object.fromEntries(
    Object.keys(objects(place().out)).map((name) => {
      const { mtimeNs, ino } = statSync(join(place().out, 'features_store', name), { bigint: true });
      return [name, `${mtimeNs} ${ino}`];
    }),
  );

describe('a late file', () => {
  it('revises the windows that it touches to the bytes of a run that had it in time, and no others', async () => {
    const before = { bytes: objects(place().out), stamps: stamps() };
    copyFiles(workplace.in, place().in, [late]);
    const { filesRead, written, unsettled } = await run(place());
    expect({ filesRead, unsettled }).toEqual({ filesRead: 1, unsettled: [] });
    expect(new Set(written.map(({ feature, window, revision }) => [feature, window, revision].join(' ')))).toEqual(
      new Set([
        ...[`${windowAt('10:00')} 1`, `${windowAt('10:10')} 1`],
        // Its lines carry a user as well, so they belong to the windows of the features of users too, where they select nothing.
        ...['user_last_login', 'user_num_posts'].flatMap((name) => [
          `${name} ${at('10:00')} 1`,
          `${name} ${at('10:10')} 1`,
        ]),
      ]),
    );
    expect(revisions(place().out)).toMatchObject({
      [windowAt('10:00')]: 1,
      [windowAt('10:10')]: 1,
      [windowAt('10:20')]: 0,
    });
    expect(objects(place().out)).toEqual(objects(inTime.out));
    const changed = new Set(
      Object.entries(objects(place().out)).flatMap(([name, hash]) => (before.bytes[name] === hash ? [] : [name])),
    );
    expect(changed.size).toBeGreaterThan(0);
    for (const [name, stamp] of Object.entries(stamps())) {
      if (!changed.has(name)) expect(stamp, name).toBe(before.stamps[name]);
    }
  });

  it('does not put an older window online over a newer one', () => {
    expect(onlineRows(place().out)).toEqual(onlineRows(inTime.out));
    const early = onlineRows(place().out)[feature].find(({ id }) => id === 'early');
    expect(early).toMatchObject({ window: at('10:10'), value: at('10:11') });
  });

  it('is settled: the next run writes nothing', async () => {
    const before = stamps();
    expect(await run(place())).toMatchObject({ filesRead: 0, written: [], unsettled: [] });
    expect(stamps()).toEqual(before);
  });
});

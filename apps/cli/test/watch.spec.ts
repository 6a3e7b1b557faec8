import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { at, line, writeRawFile } from '@neartime/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { Random } from '../src/generate/random.ts';
import { type Running, killAfter, neartime, start, until } from './cli.ts';
import { Workplace, copyFiles } from './reservoirs.ts';
import { run } from './run.ts';
import { objects, onlineRows, revisions } from './store.ts';

/** Seconds instead of minutes; the windows are those of the files' names, whatever the day is. */
const quick = [
  '--grace',
  '1s',
  '--idle-after',
  '1s',
  '--emit-every',
  '500ms',
  '--poll',
  '100ms',
  '--settle-after',
  '1s',
];
const feature = 'device_last_browse';

let workplace: Workplace;
let watching: Running | undefined;

function watch(...flags: string[]): Running {
  watching = start(['watch', '--in', workplace.in, '--out', workplace.out, ...quick, ...flags]);
  return watching;
}

afterEach(async () => {
  watching?.child.kill('SIGKILL');
  await watching?.ended;
  workplace[Symbol.dispose]();
});

interface Got {
  readonly last_action_timestamp: number;
  readonly window: string;
  readonly revision: number;
  readonly final: boolean;
}

/** The online row of a device, as `neartime get --json` has it. */
async function got(device: string): Promise<Got | undefined> {
  const { stdout } = await neartime('get', '--store', workplace.out, feature, device, '--json');
  return stdout === '' ? undefined : (JSON.parse(stdout) as Got[])[0];
}

const browse = (device: string, time: string) => line({ device_id: device, timestamp: at(time) });

describe('watching a folder', () => {
  it('publishes, closes and revises a window, and ends cleanly on Ctrl-C', async () => {
    workplace = new Workplace();
    const write = (source: string, time: string, ...lines: string[]) =>
      writeRawFile(workplace.in, `in/${source}`, `2018-08-01T${time}Z`, lines);
    write('a', '09:59:59', browse('before', '09:55'));
    const { child, lines, ended } = watch();
    await until('the first file to be read', () => lines.find((text) => text.includes('read in/a/')));

    // The window ends two seconds after the file's name, so that it is open for a few seconds.
    write('a', '10:09:58', browse('a', '10:03'), browse('b', '10:04'));
    const appeared = performance.now();
    const provisional = await until('a provisional row', () => got('a'));
    expect((performance.now() - appeared) / 1000).toBeLessThan(4);
    expect(provisional).toMatchObject({
      last_action_timestamp: at('10:03'),
      window: '2018-08-01T10:00:00Z',
      final: false,
      revision: 0,
    });

    const final = await until('its final row', async () => {
      const row = await got('a');
      return row?.final ? row : undefined;
    });
    expect(final).toMatchObject({ last_action_timestamp: at('10:03'), revision: 0 });

    // Late: its window is closed. It comes from a source that was not heard of before.
    write('b', '10:09:59', browse('a', '10:08'), browse('c', '10:01'));
    const revised = await until('the revised row', async () => {
      const row = await got('a');
      return row?.revision === 1 ? row : undefined;
    });
    expect(revised).toMatchObject({ last_action_timestamp: at('10:08'), final: true });
    expect(await got('c')).toMatchObject({ revision: 1, final: true });

    child.kill('SIGINT');
    const { code, signal, stderr } = await ended;
    expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });

    const fresh = { in: workplace.in, out: workplace.place('fresh') };
    await run(fresh);
    expect(await run(workplace)).toMatchObject({ filesRead: 0, unsettled: [] });
    expect(objects(workplace.out)).toEqual(objects(fresh.out));
    expect(onlineRows(workplace.out)).toEqual(onlineRows(fresh.out));
    expect(revisions(workplace.out)).toEqual({
      [`${feature} ${at('09:50')}`]: 0,
      [`${feature} ${at('10:00')}`]: 1,
    });
  });

  it('leaves what was open to the next run', async () => {
    workplace = new Workplace();
    const { child, lines, ended } = watch();
    writeRawFile(workplace.in, 'in/a', '2018-08-01T10:05:00Z', [browse('a', '10:03')]);
    await until('the provisional row', () => lines.find((text) => /published 1 provisional row/.test(text)));
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0, signal: null });
    expect(objects(workplace.out)).toEqual({});
    expect(await got('a')).toMatchObject({ final: false });

    expect(await run(workplace)).toMatchObject({ filesRead: 1, unsettled: [] });
    expect(await got('a')).toMatchObject({ final: true, revision: 0 });
  });
});

/** Whether every file of a reservoir was read and every window that they touched is closed and settled. */
function isSettled(store: string, files: number): boolean {
  using database = new DatabaseSync(join(store, 'catalogue.db'), { readOnly: true, timeout: 5000 });
  const { done } = database.prepare(`SELECT count(*) AS done FROM files WHERE state = 'done'`).get()!;
  const { due } = database.prepare('SELECT count(*) AS due FROM windows_to_check').get()!;
  return done === files && due === 0;
}

describe('a watch that is killed at any moment, and started again, while files come', () => {
  it('ends in the bytes of a backfill alone, whether a watch or a backfill comes last', async () => {
    using whole = await Workplace.messy(11, { files: 8, events: 80, late: 0.3 });
    // The last file of each source is named as a window ends, so that the clock closes the last windows at once.
    const sources = new Set(whole.files().map((path) => path.slice(0, path.indexOf('/2018/'))));
    for (const source of sources) writeRawFile(whole.in, source, '2018-08-01T10:30:00Z', [browse('last', '10:29')]);
    await run(whole);
    workplace = new Workplace();
    const random = new Random(4, 'kills');
    const files = whole.files();
    const coming = files
      .map((path) => ({ path, rank: random.fraction() }))
      .sort((a, b) => a.rank - b.rank)
      .map(({ path }) => path);
    const arrive = (count: number) => copyFiles(whole.in, workplace.in, coming.splice(0, count));
    const said: string[] = [];
    for (let kills = 0; kills < 8; kills++) {
      arrive(1);
      const running = watch('--settle-after', '200ms');
      await until('a file to be read', () => running.lines.find((text) => /  read in\//.test(text)), { every: 10 });
      arrive(1);
      expect(await killAfter(running, 600 * random.fraction())).toBe(true);
      said.push(...running.lines);
    }
    for (const what of ['read', 'closed', 'published'])
      expect(
        said.filter((text) => text.includes(`  ${what} `)),
        what,
      ).not.toEqual([]);
    arrive(Infinity);
    const handedOver = { in: workplace.in, out: workplace.place('handed-over') };
    cpSync(workplace.out, handedOver.out, { recursive: true });

    expect(await run(handedOver)).toMatchObject({ unsettled: [], quarantined: [] });
    expect(objects(handedOver.out)).toEqual(objects(whole.out));
    expect(onlineRows(handedOver.out)).toEqual(onlineRows(whole.out));

    const { child, ended } = watch('--settle-after', '200ms');
    await until('the watch to settle all', () => isSettled(workplace.out, files.length) || undefined, {
      milliseconds: 60_000,
    });
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(objects(workplace.out)).toEqual(objects(whole.out));
    expect(onlineRows(workplace.out)).toEqual(onlineRows(whole.out));
    expect(await run(workplace)).toMatchObject({ filesRead: 0, written: [], unsettled: [] });
  });
});

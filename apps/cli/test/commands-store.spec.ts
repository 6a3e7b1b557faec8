import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { at, line, lineTooLong, rawFilePath, writeRawBytes, writeRawFile } from '@neartime/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answer, neartime, start, until } from './cli.ts';
import { Workplace } from './reservoirs.ts';
import { run } from './run.ts';
import { objects, onlineRows } from './store.ts';

const source = 'in/horizontals/olx/android';
const feature = 'device_last_browse';
const browse = (device: string, time: string, more = {}) => line({ device_id: device, timestamp: at(time), ...more });
const post = (user: string, time: string) =>
  line({ event_name: 'post_item_success', device_id: undefined, user_id: user, timestamp: at(time) });

/*
 *         10:00                10:10               10:20
 *  first  [a b, a in ro, bad)  |                         named 10:10:05
 *  second                      [a, user-1 posts)         named 10:20:05
 *  late   [late, user-1 posts) |                         named 10:30:05
 */
let workplace: Workplace;
let first: string;
let second: string;
let late: string;
let broken: string;

const write = (time: string, ...lines: string[]) => writeRawFile(workplace.in, source, `2018-08-01T${time}Z`, lines);
const store = () => ['--store', workplace.out];
const settle = () => neartime('settle', '--out', workplace.out);

interface Settled {
  readonly written: readonly {
    readonly feature: string;
    readonly window: string;
    readonly revision: number;
    readonly rows: number;
  }[];
  readonly unsettled: readonly { readonly feature: string; readonly window: string; readonly why: string }[];
}

beforeAll(async () => {
  workplace = new Workplace();
  const bad = ['{', '{', '[]', '', lineTooLong(), '{"\u001b[2J'];
  first = write(
    '10:10:05',
    browse('a', '10:03'),
    browse('b', '10:04'),
    browse('a', '10:05', { country: 'ro' }),
    post('user-1', '10:06'),
    ...bad,
  );
  second = write('10:20:05', browse('a', '10:12'), post('user-1', '10:13'));
  broken = writeRawBytes(workplace.in, rawFilePath('in/odd\u001b[2J', '2018-08-01T10:20:07Z'), Buffer.from('no gzip'));
  expect(await neartime('backfill', '--in', workplace.in, '--out', workplace.out)).toMatchObject({
    code: 1,
    stderr: '',
  });
});
afterAll(() => workplace[Symbol.dispose]());

/** The rows of a table of text: its cells, which stand two spaces apart. */
const cellsOf = (text: string): string[][] =>
  text
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((row) => row.trimEnd().split(/ {2,}/));

/** A command of the catalogue, as text and as JSON. */
async function view<T>(command: string): Promise<{ text: string; cells: string[][]; json: T[] }> {
  const { code, stdout, stderr } = await neartime(command, ...store());
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return { text: stdout, cells: cellsOf(stdout), json: await answer<T[]>(command, ...store()) };
}

describe('the catalogue', () => {
  it('files: what came of each, and why one is in quarantine', async () => {
    const { text, cells, json } = await view('files');
    expect(json).toHaveLength(3);
    expect(json).toContainEqual(
      expect.objectContaining({
        ...{
          path: first,
          source: `${source}/`,
          fileTime: '2018-08-01T10:10:05Z',
          state: 'done',
          read: 10,
          events: 4,
          blank: 1,
        },
        rejected: { not_json: 3, not_object: 1, line_too_long: 1 },
      }),
    );
    expect(json).toContainEqual(
      expect.objectContaining({ path: broken, state: 'quarantined', reason: 'not_gzip', read: 0 }),
    );
    expect(cells).toContainEqual([first, '2018-08-01T10:10:05Z', 'done', '10', '4', '5', '1']);
    expect(cells).toContainEqual([second, '2018-08-01T10:20:05Z', 'done', '2', '2', '0', '0']);
    const odd = broken.replace('\u001b', '\\u001b');
    expect(text, 'no terminal obeys what a raw file is named').not.toContain('\u001b');
    expect(cells).toContainEqual([
      odd,
      '2018-08-01T10:20:07Z',
      'quarantined',
      '0',
      '0',
      '0',
      '0',
      expect.stringMatching(/^not_gzip: /),
    ]);
  });

  it('tasks: the chunk of each file that was read, and when it is to be processed', async () => {
    const { cells, json } = await view<Record<string, string>>('tasks');
    expect(json.map(({ file_path }) => file_path).sort()).toEqual([first, second]);
    const task = json.find(({ file_path }) => file_path === second)!;
    expect(task).toMatchObject({ source_bucket: workplace.in, data_chunk: '2018-08-01T10:20:00Z' });
    expect(Date.parse(task['ts_to_process'])).toBeGreaterThan(Date.parse('2018-08-01T10:30:00Z'));
    expect(cells).toContainEqual(Object.values(task));
  });

  it('windows: what was written of each', async () => {
    const { cells, json } = await view<{ feature: string; window: string; parts: unknown[] }>('windows');
    const written = { revision: 0, state: 'written' };
    expect(json).toContainEqual(
      expect.objectContaining({ ...written, feature, window: '2018-08-01T10:00:00Z', rows: 3, lines: 3 }),
    );
    expect(json).toContainEqual(
      expect.objectContaining({
        ...written,
        feature: 'user_num_posts',
        window: '2018-08-01T10:10:00Z',
        rows: 1,
        lines: 1,
      }),
    );
    expect(json.every(({ parts }) => parts.length === 4)).toBe(true);
    expect(cells.map((row) => row.toSpliced(3, 1))).toContainEqual([
      feature,
      '2018-08-01 10:00',
      '0',
      '3',
      '3',
      'written',
    ]);
  });

  it('rejected: why, file, lines, and how the first of them begins', async () => {
    const { cells, json } = await view('rejected');
    expect(json).toHaveLength(4);
    expect(json).toContainEqual({ path: first, reason: 'not_json', firstLine: 5, lastLine: 6, excerpt: '{' });
    expect(json).toContainEqual({ path: first, reason: 'not_object', firstLine: 7, lastLine: 7, excerpt: '[]' });
    expect(json).toContainEqual({ path: first, reason: 'not_json', firstLine: 10, lastLine: 10, excerpt: '{"·[2J' });
    expect(cells).toContainEqual(['not_json', first, '5-6', '{']);
    expect(cells).toContainEqual(['not_json', first, '10', '{"·[2J']);
  });

  it('shows no more rows than it is asked for, and says how many there are', async () => {
    const { stdout } = await neartime('files', ...store(), '--limit', '1');
    expect(stdout.trimEnd().split('\n').slice(2)).toEqual(['… and 2 more (--limit, or --json for all)']);
  });

  it.each([
    ['files'],
    ['rejected', '--json'],
    ['query', 'select * from range(100000)', '--format', 'csv'],
    ['query', 'select 1'],
  ])('ends quietly when nobody reads on: %j', async (...args) => {
    const { child, ended } = start([...args, ...store()]);
    child.stdout!.destroy();
    expect(await ended).toMatchObject({ code: 0, signal: null, stderr: '' });
  });
});

describe('get', () => {
  it('gives the row of each country and brand of an id, with its evidence', async () => {
    const rows = await answer<Record<string, unknown>[]>('get', ...store(), feature, 'a');
    expect(rows).toEqual([
      {
        ...{ id: 'a', country: 'pl', brand: 'olx', last_action_timestamp: at('10:12'), window: '2018-08-01T10:10:00Z' },
        ...{ revision: 0, final: true, written_at: expect.stringMatching(/^\d{4}-.*Z$/) },
      },
      {
        ...{ id: 'a', country: 'ro', brand: 'olx', last_action_timestamp: at('10:05'), window: '2018-08-01T10:00:00Z' },
        ...{ revision: 0, final: true, written_at: expect.stringMatching(/^\d{4}-.*Z$/) },
      },
    ]);
    const { code, stdout } = await neartime('get', ...store(), feature, 'a');
    expect(code).toBe(0);
    expect(cellsOf(stdout)).toEqual([
      [
        'a',
        'pl',
        'olx',
        String(at('10:12')),
        '2018-08-01T10:10:00Z',
        '0',
        'final',
        expect.stringMatching(/^\d+ s ago$/),
      ],
      [
        'a',
        'ro',
        'olx',
        String(at('10:05')),
        '2018-08-01T10:00:00Z',
        '0',
        'final',
        expect.stringMatching(/^\d+ s ago$/),
      ],
    ]);
  });

  it('ends with 1 when there is none', async () => {
    expect(await neartime('get', ...store(), feature, 'nobody')).toEqual({
      ...{ code: 1, signal: null, stdout: '' },
      stderr: `neartime: ${feature} has no row of device nobody; ids are kept trimmed and in lower case\n`,
    });
    expect(await neartime('get', ...store(), feature, 'nobody', '--json')).toMatchObject({
      code: 1,
      stdout: '[]\n',
      stderr: '',
    });
  });

  it('says of a row of a running watch that it is provisional', async () => {
    const watched = { in: workplace.place('watched'), out: workplace.place('watched-store') };
    writeRawFile(watched.in, source, '2018-08-01T10:05:00Z', [browse('open', '10:03')]);
    const { child, lines, ended } = start([
      'watch',
      '--in',
      watched.in,
      '--out',
      watched.out,
      '--emit-every',
      '100ms',
      '--poll',
      '100ms',
      '--json',
    ]);
    await until('the provisional row', () => lines.find((text) => /"published".*"rows":1\b/.test(text)));
    const { stdout } = await neartime('get', '--store', watched.out, feature, 'open');
    const [row] = await answer<Record<string, unknown>[]>('get', '--store', watched.out, feature, 'open');
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
    expect(cellsOf(stdout)).toEqual([
      [
        'open',
        'pl',
        'olx',
        String(at('10:03')),
        '2018-08-01T10:00:00Z',
        '0',
        'provisional',
        expect.stringMatching(/ ago$/),
      ],
    ]);
    expect(row).toMatchObject({ id: 'open', last_action_timestamp: at('10:03'), final: false, revision: 0 });
    const said = lines.map((text) => JSON.parse(text) as Record<string, unknown>);
    expect(said).toContainEqual(expect.objectContaining({ event: 'file_read', read: 1, events: 1 }));
    expect(said).toContainEqual(expect.objectContaining({ event: 'published', rows: 1 }));
  });
});

describe('query', () => {
  it('answers as a table, as CSV and as JSON', async () => {
    const sql = `select id, country, ten_mins from features_store.${feature} where id = 'a' order by all`;
    const rows = [
      ['a', 'pl', '00'],
      ['a', 'pl', '10'],
      ['a', 'ro', '00'],
    ];
    expect(await answer('query', ...store(), sql)).toEqual(
      rows.map(([id, country, ten_mins]) => ({ id, country, ten_mins })),
    );
    expect((await neartime('query', ...store(), '--format', 'csv', sql)).stdout.trim().split(/\r?\n/)).toEqual([
      'id,country,ten_mins',
      ...rows.map(String),
    ]);
    expect((await neartime('query', ...store(), sql)).stdout).toMatch(/│ a +│ ro +│ 00 +│\n.*\n3 rows\n$/);
  });
});

describe('settle', () => {
  it('finds nothing to do where every window has its lines', async () => {
    expect(await settle()).toEqual({ code: 0, signal: null, stdout: 'every window is settled\n', stderr: '' });
    expect(await answer('settle', '--out', workplace.out)).toEqual({ written: [], unsettled: [] });
  });

  /** A late file that a run has read whose features were not all: the windows of the others are due. */
  async function noteLateFile(): Promise<void> {
    late = write('10:30:05', browse('late', '10:01'), post('user-1', '10:02'));
    expect(
      await neartime('backfill', '--in', workplace.in, '--out', workplace.out, '--features', feature),
    ).toMatchObject({ stderr: '' });
  }

  it('names the windows that it cannot complete while a raw file is gone, leaves them as they are, and ends with 1', async () => {
    await noteLateFile();
    const before = objects(workplace.out);
    const bytes = readFileSync(join(workplace.in, first));
    rmSync(join(workplace.in, first));
    const { code, stdout, stderr } = await settle();
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toContain('0 windows reprocessed, 2 windows unsettled');
    expect(stdout).toMatch(new RegExp(`^user_num_posts +2018-08-01 10:00 +${first} cannot be read`, 'm'));
    const told = await neartime('settle', '--out', workplace.out, '--json');
    expect(told.code).toBe(1);
    const { written, unsettled } = JSON.parse(told.stdout) as Settled;
    expect(written).toEqual([]);
    expect(unsettled.map(({ feature, window }) => [feature, window])).toEqual([
      ['user_last_login', '2018-08-01T10:00:00Z'],
      ['user_num_posts', '2018-08-01T10:00:00Z'],
    ]);
    expect(objects(workplace.out)).toEqual(before);
    writeRawBytes(workplace.in, first, bytes);
  });

  it('reprocesses what is due, to the bytes of a run that had the late file in time', async () => {
    const { written, unsettled } = await answer<Settled>('settle', '--out', workplace.out);
    expect(unsettled).toEqual([]);
    expect(written.map(({ feature, window, revision, rows }) => [feature, window, revision, rows])).toEqual([
      ['user_last_login', '2018-08-01T10:00:00Z', 1, 0],
      ['user_num_posts', '2018-08-01T10:00:00Z', 1, 1],
    ]);
    expect(await settle()).toMatchObject({ code: 0, stdout: 'every window is settled\n' });
    const fresh = { in: workplace.in, out: workplace.place('fresh') };
    await run(fresh);
    expect(objects(workplace.out)).toEqual(objects(fresh.out));
    expect(onlineRows(workplace.out)).toEqual(onlineRows(fresh.out));
    const { json } = await view<{ path: string }>('files');
    expect(json).toContainEqual(expect.objectContaining({ path: late, state: 'done' }));
  });
});

describe('paths as they are typed', () => {
  it('hold from whatever folder a later command is called', async () => {
    const place = { in: workplace.place('here'), out: workplace.place('here/s') };
    const name = writeRawFile(place.in, source, '2018-08-01T10:10:05Z', [browse('a', '10:03'), post('u', '10:04')]);
    const inPlace = { cwd: place.in };
    expect(await start(['backfill', '--in', '.', '--out', 's'], inPlace).ended).toMatchObject({ code: 0, stderr: '' });
    writeRawFile(place.in, source, '2018-08-01T10:20:05Z', [browse('late', '10:03'), post('u', '10:04')]);
    expect(
      await start(['backfill', '--in', './', '--out', '../here/s', '--features', feature], inPlace).ended,
    ).toMatchObject({ code: 0 });
    const elsewhere = { cwd: workplace.in };
    expect(await start(['settle', '--out', '../here/s'], elsewhere).ended).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^2 windows reprocessed/),
    });
    const [task] = await answer<Record<string, string>[]>('tasks', '--store', place.out);
    expect(task).toMatchObject({ source_bucket: place.in, file_path: name });
    for (const args of [
      ['get', '--store', 's', feature, 'a'],
      ['query', '--store', 's', `from features_store.${feature}`],
      ['windows', '--store', 's'],
    ]) {
      expect(await start(args, inPlace).ended).toMatchObject({ code: 0, stderr: '' });
    }
  });
});

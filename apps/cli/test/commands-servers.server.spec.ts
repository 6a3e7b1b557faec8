import { createServer } from 'node:net';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { at, line, rawFilePath, writeRawBytes, writeRawFile } from '@neartime/testing';
import { describeWithServers } from '@neartime/testing/servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, neartime, start } from './cli.ts';
import { Workplace } from './reservoirs.ts';
import { ServerStore } from './server-store.ts';

const source = 'in/horizontals/olx/android';
const feature = 'device_last_browse';
const table = `features_store.${feature}`;
const browse = (device: string, time: string, more = {}) => line({ device_id: device, timestamp: at(time), ...more });

/** How long somebody waits at most for a command that cannot do its work. */
const soonMs = 12_000;

describeWithServers('the commands on servers', (servers) => {
  let workplace: Workplace;
  let store: ServerStore;

  /*
   * A messy reservoir, and:  10:00                10:10               10:20
   *                   first  [a b, a in ro, bad)  |                         named 10:10:05
   *                   second                      [a 😀)                    named 10:20:05
   *                   late   [a late)             |                         named 10:30:05, so its window is revised
   */
  beforeAll(async () => {
    workplace = await Workplace.messy(7);
    const write = (time: string, ...lines: string[]) =>
      writeRawFile(workplace.in, source, `2018-08-01T${time}Z`, lines);
    write('10:10:05', browse('a', '10:03'), browse('b', '10:04'), browse('a', '10:05', { country: 'ro' }), '{');
    write('10:20:05', browse('a', '10:12'), browse('😀', '10:13'));
    writeRawBytes(workplace.in, rawFilePath('in/odd', '2018-08-01T10:20:07Z'), Buffer.from('no gzip'));
    await neartime('backfill', '--in', workplace.in, '--out', workplace.out);
    write('10:30:05', browse('a', '10:07'), browse('late', '10:08'));
    await neartime('backfill', '--in', workplace.in, '--out', workplace.out);
    store = await ServerStore.filledFrom(servers, workplace.out);
  }, 120_000);
  afterAll(async () => {
    await store?.[Symbol.asyncDispose]();
    workplace?.[Symbol.dispose]();
  });

  const env = (): Record<string, string> => ({ ...store.env, XDG_CACHE_HOME: workplace.place('user-cache') });
  const onServers = (args: readonly string[], more: Readonly<Record<string, string>> = {}) =>
    start(args, { env: { ...env(), ...more } }).ended;
  const inFolder = (...args: string[]) => neartime(...args, '--store', workplace.out);

  /** How long ago a row was written is another number a second later. */
  const timeless = ({ stdout, ...rest }: Ended): Ended => ({
    ...rest,
    stdout: stdout.replaceAll(/\d+ (s|min) ago/g, 'ago').replaceAll(/ +\n/g, '\n'),
  });

  describe.each(['files', 'tasks', 'windows', 'rejected'])('%s', (command) => {
    it.each([[], ['--limit', '2'], ['--json']])('says what it says of the folder: %j', async (...flags) => {
      const there = await onServers([command, '--cassandra', store.cassandra, ...flags]);
      expect(there).toEqual(await inFolder(command, ...flags));
      expect(there).toMatchObject({ code: 0, stderr: '' });
      expect(there.stdout.split('\n').length).toBeGreaterThan(2);
    });
  });

  it('a bucket may be named too, so that the same flags fit every command', async () => {
    const flags = ['--store', store.url, '--cassandra', store.cassandra];
    expect(await onServers(['files', ...flags])).toEqual(await inFolder('files'));
    expect(await onServers(['get', ...flags, feature, 'b', '--json'])).toEqual(
      await inFolder('get', feature, 'b', '--json'),
    );
  });

  describe('get', () => {
    it.each(['a', 'b', '😀', 'late', 'nobody'])('gives the rows that the folder has of %s', async (id) => {
      for (const flags of [[], ['--json']]) {
        const there = await onServers(['get', '--cassandra', store.cassandra, feature, id, ...flags]);
        expect(timeless(there)).toEqual(timeless(await inFolder('get', feature, id, ...flags)));
        expect(there.code).toBe(id === 'nobody' ? 1 : 0);
      }
    });

    it('gives the rows of the last windows of an id', async () => {
      const rowsOf = async (windows: string) => {
        const args = ['get', '--cassandra', store.cassandra, '--windows', windows, feature, 'a', '--json'];
        const rows = JSON.parse((await onServers(args)).stdout) as Record<string, unknown>[];
        return rows.map(({ country, window, revision, last_action_timestamp: value }) => [
          country,
          window,
          revision,
          value,
        ]);
      };
      const newest = ['pl', '2018-08-01T10:10:00Z', 0, at('10:12')];
      expect(await rowsOf('1')).toEqual([newest]);
      expect(await rowsOf('9')).toEqual([
        newest,
        ['pl', '2018-08-01T10:00:00Z', 1, at('10:07')],
        ['ro', '2018-08-01T10:00:00Z', 1, at('10:05')],
      ]);
      const text = await onServers(['get', '--cassandra', store.cassandra, '--windows', '9', feature, 'a']);
      expect(text.stdout.trimEnd().split('\n')).toHaveLength(4);
    });
  });

  it('describe tells how far a feature has come there', async () => {
    for (const flags of [[], ['--json']]) {
      const there = await onServers(['describe', feature, '--cassandra', store.cassandra, ...flags]);
      expect(there).toEqual(await inFolder('describe', feature, ...flags));
      expect(there.stdout).toMatch(
        flags.length > 0 ? /"written": \{\n/ : /^written .*; the last 2018-08-01 10:10, revision 0:/m,
      );
    }
  });

  describe('query', () => {
    const questions = [
      `select * from ${table} order by all`,
      `select brand, country, count(distinct id) cnt from ${table} where year='2018' and month='08' and day='01' group by 1, 2 order by all`,
      `select l.id, p.actions_count from features_store.user_last_login l left join features_store.user_num_posts p using (id) order by all`,
      'show all tables',
    ];

    it.each(['table', 'csv', 'json'])('answers as over the folder, as %s', async (format) => {
      for (const sql of questions) {
        const there = await onServers(['query', '--store', store.url, '--format', format, sql]);
        expect(there).toEqual(await inFolder('query', '--format', format, sql));
        expect(there).toMatchObject({ code: 0, stderr: '' });
      }
      expect((await onServers(['query', '--store', store.url, '--json', questions[0]])).stdout).toMatch(/^\[\n\{"id":/);
    });

    it('keeps copies below the cache of the user, or where it is told', async () => {
      const cache = workplace.place('cache');
      await onServers(['query', '--store', store.url, '--cache', cache, questions[0]]);
      expect(existsSync(join(workplace.place('user-cache'), 'neartime'))).toBe(true);
      const [of] = readdirSync(cache);
      expect(readdirSync(join(cache, of, 'kept/features_store'))).toEqual([feature]);
      expect(readdirSync(join(cache, of, 'views'))).toEqual([]);
    });

    it('fetches no more windows than it is told', async () => {
      const cache = workplace.place('narrow-cache');
      const bounds = ['--from', '2018-08-01T10:10', '--to', '2018-08-01T10:20', '--cache', cache];
      const { stdout } = await onServers([
        'query',
        '--store',
        store.url,
        ...bounds,
        '--format',
        'csv',
        `select id from ${table} order by 1`,
      ]);
      expect(stdout).toBe('id\na\n😀\n');
    });

    it('serves two processes with one empty cache', async () => {
      const ask = () =>
        onServers(['query', '--store', store.url, '--cache', workplace.place('shared-cache'), questions[0]]);
      const expected = await inFolder('query', questions[0]);
      for (const there of await Promise.all([ask(), ask(), ask()])) expect(there).toEqual(expected);
    });

    it('sees a part that was revised, and one that came', async () => {
      const count = async () =>
        (
          await onServers([
            'query',
            '--store',
            store.url,
            '--format',
            'csv',
            `select count(*) from ${table} where hour = '10'`,
          ])
        ).stdout;
      const before = await count();
      const names: string[] = [];
      for await (const name of store.objects.list(`features_store/${feature}/`))
        if (name.includes('/hour=10/')) names.push(name);
      // Every part takes the rows of another one, and one stands in a window more.
      const [one, other] = names;
      const [first, second] = [(await store.objects.read(one!))!, (await store.objects.read(other!))!];
      await store.objects.put(one!, second.body, { ifMatch: first.etag });
      const changed = await count();
      await store.objects.put(one!.replace(/ten_mins=\d\d/, 'ten_mins=50'), first.body, { ifNoneMatch: '*' });
      expect(await count()).not.toBe(changed);
      await store.objects.put(one!, first.body, { ifMatch: (await store.objects.head(one!))! });
      const after = Number((await count()).split('\n')[1]);
      expect(after).toBeGreaterThan(Number(before.split('\n')[1]));
    });
  });

  describe('what is wrong is said in one line, soon', () => {
    /** Ends with 1 and one line that tells all that is in `says`. */
    async function expectOneLine(
      args: readonly string[],
      more: Readonly<Record<string, string>>,
      ...says: (string | RegExp)[]
    ) {
      const begun = performance.now();
      const { code, stdout, stderr } = await onServers(args, more);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/^neartime: .*\n$/);
      for (const part of says) expect(stderr).toMatch(part);
      expect(stderr).not.toContain('password-of-nobody');
      expect(performance.now() - begun).toBeLessThan(soonMs);
    }
    const ask = (url: string) => ['query', '--store', url, `from ${table}`];

    it.each(['files', 'get'])('%s: no Cassandra, no such keyspace, no such data centre', async (command) => {
      const rest = command === 'get' ? [feature, 'a'] : [];
      await expectOneLine(
        [command, '--cassandra', '127.0.0.1:1/neartime', ...rest],
        {},
        'cannot use the keyspace neartime at 127.0.0.1:1',
        'ECONNREFUSED',
      );
      const missing = store.cassandra.replace(store.keyspace, 'cli_nonesuch');
      await expectOneLine([command, '--cassandra', missing, ...rest], {}, 'there is no keyspace cli_nonesuch');
      const elsewhere = { CASSANDRA_LOCAL_DATA_CENTER: 'elsewhere' };
      await expectOneLine([command, '--cassandra', store.cassandra, ...rest], elsewhere, 'CASSANDRA_LOCAL_DATA_CENTER');
    });

    it('a keyspace without a catalogue', async () => {
      const system = store.cassandra.replace(store.keyspace, 'system_auth');
      await expectOneLine(['files', '--cassandra', system], {}, 'system_auth holds no catalogue');
    });

    it('no S3, no such bucket, wrong keys, an address that is none', async () => {
      await expectOneLine(
        ask(store.url),
        { S3_ENDPOINT: 'http://127.0.0.1:1' },
        'the server cannot be reached',
        'ECONNREFUSED',
      );
      await expectOneLine(ask('s3://neartime-none'), {}, 'there is no such bucket');
      await expectOneLine(ask(store.url), { S3_SECRET_ACCESS_KEY: 'password-of-nobody' }, 'the credentials are wrong');
      await expectOneLine(ask(store.url), { S3_ENDPOINT: 'ftp://x' }, 'S3_ENDPOINT: takes an http or https address');
      await expectOneLine(
        ask(store.url),
        { S3_FORCE_PATH_STYLE: 'maybe', S3_ENDPOINT: 'x' },
        'S3_ENDPOINT: takes',
        '; S3_FORCE_PATH_STYLE: takes true or false',
      );
    });

    it('a server that takes the connection and says nothing', async () => {
      const silent = createServer().listen(0, '127.0.0.1');
      await once(silent, 'listening');
      const { port } = silent.address() as { port: number };
      await expectOneLine(['files', '--cassandra', `127.0.0.1:${port}`], {}, 'did not reply');
      silent.close();
    });
  });
});

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { features } from '@neartime/features';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { addCommands } from '../src/commands/index.ts';
import { UsageError } from '../src/failure.ts';
import { answer, neartime, startProgram } from './cli.ts';

const workspace = join(import.meta.dirname, '../../..');

const commands = [
  'demo',
  'generate',
  'backfill',
  'watch',
  'settle',
  'reprocess',
  'parity',
  'retire',
  'query',
  'get',
  'features',
  'describe',
  'files',
  'tasks',
  'windows',
  'rejected',
];

describe('--help', () => {
  it('names every command and what it does', async () => {
    const { code, stdout, stderr } = await neartime('--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.match(/^ {2}(\w+)/gm)!.map((name) => name.trim())).toEqual([...commands, 'help']);
  });

  it.each(commands)('of %s explains each of its flags', async (command) => {
    const { code, stdout, stderr } = await neartime(command, '--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^Usage: neartime ${command}`));
    for (const [flag] of stdout.matchAll(/^ {2}-.*/gm)) expect(flag).toMatch(/^ {2}(-h, )?--[a-z-]+( <[^>]+>)? {2,}\w/);
  });
});

const inAndOut = ['--in', '.', '--out', 'never'];

describe('what is not understood ends with 2 and one line that names it', () => {
  it.each([
    [['nonsense'], 'unknown command nonsense'],
    [['backfill', '--out', 'x'], '--in'],
    [['settle'], '--out'],
    [['features', '--nonsense'], '--nonsense'],
    [['features', 'more'], 'more'],
    [['get', '--store', '.'], 'feature'],
    [['describe', 'nonsense'], 'unknown feature nonsense'],
    [['query', '--store', '.', '--format', 'xml', 'select 1'], '--format'],
    [['query', 'select 1'], '--store'],
    [['query', '--store', '.', '--cassandra', 'db', 'select 1'], '--cassandra'],
    [['files', '--store', 's3://bucket'], 'give --cassandra host[:port]/keyspace'],
    [['backfill', ...inAndOut, '--partitions', '1025'], '--partitions takes a whole number from 1 to 1,024, not 1025'],
    [['watch', ...inAndOut, '--poll', '25d'], '--poll takes a duration from 10ms to 1h'],
  ])('%j', async (args, names) => {
    const { code, stdout, stderr } = await neartime(...args);
    expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^neartime: .*\n$/);
    expect(stderr).toContain(names);
  });
});

describe('a value outside of its range is a wrong use that names flag, range and value, before anything is done', () => {
  it.each([
    [['get', '--store', '.', 'nonsense', 'id'], 'unknown feature nonsense; there are device_last_browse'],
    [['files', '--store', ''], '--store takes a folder'],
    [['files'], 'files needs --store DIR, or --cassandra host[:port]/keyspace'],
    [
      ['windows', '--store', 's3://bucket'],
      'windows reads Cassandra where the objects are in s3://bucket: give --cassandra',
    ],
    [['get', 'user_num_posts', 'u'], 'get needs --store DIR, or --cassandra'],
    [['get', '--store', '.', '--cassandra', 'db/neartime', 'user_num_posts', 'u'], 'leave one of them out'],
    [['get', '--store', '.', '--windows', '3', 'user_num_posts', 'u'], '--windows needs --cassandra'],
    [['get', '--cassandra', 'db', '--windows', '0', 'user_num_posts', 'u'], '--windows takes a whole number from 1'],
    [['tasks', '--cassandra', ''], '--cassandra takes host[:port][,host…]/keyspace'],
    [['tasks', '--cassandra', 'db/Neartime'], '--cassandra takes host[:port][,host…]/keyspace'],
    [['tasks', '--cassandra', 'http://db'], '--cassandra takes'],
    [['tasks', '--cassandra', 'user:password@db/neartime'], 'user and password are CASSANDRA_USERNAME'],
    [['rejected', '--store', 's3://Bad_Bucket', '--cassandra', 'db'], '--store takes a folder or s3://bucket[/prefix]'],
    [['query', '--store', 's3://', 'select 1'], '--store takes a folder or s3://bucket[/prefix], not s3://'],
    [['query', '--store', 's3:bucket', 'select 1'], '--store takes a folder or s3://bucket[/prefix]'],
    [['query', '--store', 'https://bucket', 'select 1'], '--store takes a folder or s3://bucket[/prefix]'],
    [['query', '--store', '.', '--from', '2018-08-01', 'select 1'], '--from is for a store in a bucket'],
    [['query', '--store', '.', '--cache', 'c', 'select 1'], '--cache is for a store in a bucket'],
    [['query', '--store', 's3://bucket', '--cache', '', 'select 1'], '--cache takes a folder'],
    [['query', '--store', 's3://bucket', '--to', 'noon', 'select 1'], '--to takes a time such as'],
    [
      ['query', '--store', 's3://bucket', '--from', '2018-08-02', '--to', '2018-08-01', 'select 1'],
      '--from must be before --to',
    ],
    [['describe', '--store', '.', '--cassandra', 'db', 'user_num_posts'], 'leave one of them out'],
    [
      ['describe', '--store', 's3://bucket', 'user_num_posts'],
      'describe reads Cassandra where the objects are in s3://bucket',
    ],
    [['files', '--store', '.', '--limit', '0'], '--limit takes a whole number from 1 to 1,000,000, not 0'],
    [['backfill', ...inAndOut, '--features', ''], '--features'],
    [['backfill', ...inAndOut, '--features', 'user_num_posts,nonsense'], 'unknown feature nonsense'],
    [['backfill', ...inAndOut, '--partitions', '0'], '--partitions takes a whole number from 1 to 1,024, not 0'],
    [['backfill', ...inAndOut, '--partitions', '4.5'], '--partitions'],
    [['backfill', ...inAndOut, '--hold', '10'], '--hold takes a duration from 0s to 366d'],
    [['backfill', ...inAndOut, '--hold', '367d'], '--hold takes a duration from 0s to 366d'],
    [['backfill', ...inAndOut, '--from', 'yesterday'], '--from takes a time such as'],
    [['backfill', ...inAndOut, '--from', '2018-02-31'], '--from takes a time such as'],
    [['backfill', ...inAndOut, '--from', '2018-08-01T25:00'], '--from takes a time such as'],
    [['backfill', ...inAndOut, '--from', '1999-12-31'], '--from takes a time from 2000-01-01 to 2100-01-01'],
    [['backfill', ...inAndOut, '--to', '2100-01-01T00:00:01Z'], '--to takes a time from 2000-01-01 to 2100-01-01'],
    [['backfill', ...inAndOut, '--from', '2018-08-02', '--to', '2018-08-01'], '--from must be before --to'],
    [['backfill', ...inAndOut, '--force', '--from', '2018-08-02'], '--force'],
    [['watch', ...inAndOut, '--poll', '0s'], '--poll'],
    [['watch', ...inAndOut, '--emit-every', '1e9s'], '--emit-every'],
    [['watch', ...inAndOut, '--grace', '8d'], '--grace'],
    [['watch', ...inAndOut, '--idle-after', '99999999999999999999d'], '--idle-after'],
    [['watch', ...inAndOut, '--settle-after', '2d'], '--settle-after'],
    [['watch', ...inAndOut, '--partitions', '1000000'], '--partitions'],
    [['generate', '--out', 'never', '--sources', '1001'], '--sources takes a whole number from 1 to 1,000'],
    [['generate', '--out', 'never', '--files', '-1'], '--files'],
    [['generate', '--out', 'never', '--events', '1e3'], '--events'],
    [['generate', '--out', 'never', '--seed', '9007199254740992'], '--seed'],
    [['generate', '--out', 'never', '--dirt', '1.1'], '--dirt takes a share from 0 to 1'],
    [['generate', '--out', 'never', '--late', ''], '--late takes a share from 0 to 1'],
    [['generate', '--out', 'never', '--start', '2099-12-31T23:55Z'], '--start and --files'],
    [['demo', '--dir', ''], '--dir takes a folder'],
  ])('%j', async (args, says) => {
    const program = new Command().exitOverride();
    addCommands(program);
    const wrong = await program.parseAsync(args, { from: 'user' }).catch((error: unknown) => error);
    expect(wrong).toBeInstanceOf(UsageError);
    expect((wrong as UsageError).message).toContain(says);
    expect((wrong as UsageError).message).not.toContain('\n');
    expect(existsSync('never')).toBe(false);
  });
});

interface Described {
  readonly feature: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

describe('features and describe', () => {
  it('tell of every registered feature, to people and to machines', async () => {
    const text = await neartime('features');
    const told = await answer<Described[]>('features');
    expect(told.map(({ feature }) => feature)).toEqual(features.map(({ name }) => name));
    for (const { name, engine, eventNames } of features) {
      const row = text.stdout.split('\n').find((line) => line.startsWith(`${name} `));
      expect(row).toContain(engine.output.name);
      expect(row).toContain([eventNames].flat().join(', '));
    }
  });

  it('tell of one: entity, events, engine, columns, consumer group, tables', async () => {
    const expected = {
      feature: 'user_num_posts',
      entity: 'user',
      id: 'user_id',
      engine: 'Count',
      events: ['post_item_success'],
      consumer_group: 'neartime.user_num_posts',
      topic: 'events.user',
      offline_table: 'features_store.user_num_posts',
      online_table: 'user_num_posts',
    };
    const told = await answer<Described>('describe', 'user_num_posts');
    expect(told).toMatchObject(expected);
    expect(told).toMatchObject({
      rows_topic: 'features.user_num_posts',
      schema_subject: 'neartime.features.user_num_posts',
      objects: expect.stringMatching(/^features_store\/user_num_posts\/year=YYYY\/.*\/part-NNNNN\.parquet$/),
      cassandra_tables: [
        expect.objectContaining({
          name: 'user_num_posts',
          columns: expect.objectContaining({ actions_count: 'bigint' }),
        }),
        expect.objectContaining({ name: 'user_num_posts_windows' }),
      ],
    });
    expect(told.columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'id STRING',
      'country STRING',
      'brand STRING',
      'actions_count INT64',
    ]);
    const { stdout } = await neartime('describe', 'user_num_posts');
    for (const value of Object.values(expected)) expect(stdout).toContain(String(value));
    expect(stdout).toContain('id STRING, country STRING, brand STRING, actions_count INT64');
    expect(stdout).toMatch(
      /^cassandra +user_num_posts \(id text, .*actions_count bigint, primary key \(id, country, brand\)\)/m,
    );
    expect(stdout).toMatch(/^ +user_num_posts_windows \(id text, /m);
  });
});

describe('what a command does not need', () => {
  /** The modules that a command has loaded, by the packages that they are of. */
  async function loadedBy(...args: readonly string[]): Promise<string[]> {
    const loader = `import module from 'node:module';
      module.registerHooks({ load(url, context, next) { process._rawDebug(url); return next(url, context); } });`;
    const hooks = `data:text/javascript,${encodeURIComponent(loader)}`;
    const { code, stderr } = await startProgram(process.execPath, [
      ...['--disable-warning=ExperimentalWarning', '--import', hooks],
      ...[join(workspace, 'apps/cli/bin/neartime.mjs'), ...args],
    ]).ended;
    expect(code).toBe(0);
    return stderr.split('\n');
  }

  it.each([['--help'], ['features'], ['describe', 'user_num_posts'], ['query', '--help']])(
    'is not loaded, so that it starts at once: %j',
    async (...args) => {
      const loaded = await loadedBy(...args);
      expect(loaded.some((url) => url.endsWith('apps/cli/src/main.ts'))).toBe(true);
      const heavy = /node_modules\/(@aws-sdk|@smithy|cassandra-driver|kafkajs|zod|@nestjs|@duckdb|avsc)\//;
      expect(loaded.filter((url) => heavy.test(url))).toEqual([]);
    },
  );
});

describe('both ways to call it', () => {
  const hasNpm = spawnSync('npm', ['--version']).status === 0;
  it.for([
    ['npx', ['--no-install', 'neartime']],
    ['npm', ['run', '-s', 'neartime', '--']],
  ] as const)('%s', async ([program, args], ctx) => {
    ctx.skip(!hasNpm, 'npm is not on the PATH');
    const run = startProgram(program, [...args, 'features', '--json'], { cwd: workspace });
    const { code, stdout, stderr } = await run.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect((JSON.parse(stdout) as Described[]).map(({ feature }) => feature)).toEqual(features.map(({ name }) => name));
    // Exit codes come through.
    expect(await startProgram(program, [...args, 'describe', 'nonsense'], { cwd: workspace }).ended).toMatchObject({
      code: 2,
    });
  });
});

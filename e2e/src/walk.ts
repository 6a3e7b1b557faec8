import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, styleText } from 'node:util';
import { stack } from './demo/compose.ts';
import { type DemoAddresses, DemoServers, buckets, rawPath, type Row, sourceOf } from './demo/demo-servers.ts';
import { workspace } from './demo/neartime.ts';
import { queryStore } from './demo/query-store.ts';
import { NotInTime, until } from './demo/until.ts';
import { nextWindowEnd, openTime, secondsUntil, walkFile, type WalkFile, windowEnd } from './demo/walk-file.ts';

/*
 * `npm run walk`: one raw file's way through the stack of docker-compose.yml, step by step. Exit code 0 when every step came
 * true, 1 when one did not, with the last lines of the service that it waited for.
 */

const usage = `npm run walk [-- --down] [-- --no-build]

Starts the stack of docker-compose.yml, lets it compute what sources wrote in the last 40 minutes, drops a raw file of now into
the bucket, and shows its rows in Cassandra and in Parquet on S3.

  --down      ends the stack afterwards and removes what it kept
  --no-build  takes the images as they are
`;

/** The service that the walk waits for. */
let waitingFor: string | undefined;

async function walk(building: { readonly build: boolean }): Promise<void> {
  title(
    'The stack starts: Redpanda, Cassandra, an S3 server; an ingestor, a processor for each of three features, a writer',
  );
  await timed('all of it is healthy', () => stack.up(building));
  const places = await addresses();
  await using servers = await DemoServers.connect(places);

  title('Three sources have written raw files for the last 40 minutes');
  waitingFor = 'ingestor';
  say(await stack.run('seeder', building));
  await firstWindows(servers);

  title('A raw file of now: somebody looks at an item, signs in, and posts one');
  const { file, sentAt } = await drop(servers);

  title('Seconds later: rows of the window that still fills, in Cassandra');
  await rowsOf(servers, file, false, sentAt);

  title('The sources say that they are complete: the window closes, and the rows are final');
  say('(without a word the clock does this, a little after the window has ended)');
  const complete = new Set([...(await servers.sources()).keys(), sourceOf(file.key)]);
  const saidAt = performance.now();
  await servers.complete(complete, nextWindowEnd(file.window));
  await rowsOf(servers, file, true, saidAt);

  title('The same window as Parquet, on S3');
  for (const name of await partsOf(servers, file)) say(`s3://${buckets.store}/${name}`);

  title('… which DuckDB reads');
  waitingFor = 'store-writer';
  const sql = `select id, country, brand, last_action_timestamp, day, hour, ten_mins from features_store.device_last_browse where id = '${file.id}'`;
  say(`neartime query --store s3://store "${sql}"`);
  const answer = async () => {
    const table = queryStore(places, sql);
    return table.includes(file.id) ? table : undefined;
  };
  say(await until(answer, `the Parquet objects hold the row of ${file.id}`, { seconds: 30 }));
}

/** Waits until a window of what the seeder wrote is on S3. */
async function firstWindows(servers: DemoServers): Promise<void> {
  waitingFor = 'store-writer';
  await timed('the first of its windows are on S3', () =>
    until(
      async () => ((await servers.list('store')).length > 0 ? true : undefined),
      'the store writer has written a Parquet object',
      { seconds: 90 },
    ),
  );
}

async function drop(servers: DemoServers): Promise<{ file: WalkFile; sentAt: number }> {
  const clock = () => Math.floor(Date.now() / 1000);
  const at = openTime(clock(), Math.max(...(await servers.sources()).values()));
  const pause = secondsUntil(at, clock());
  if (pause > 0) {
    say(`earlier walks have closed this window and the next: the one after can be written to in ${pause} s`);
    await sleep(pause * 1000);
  }
  if (at > clock())
    say('an earlier walk has closed the window of now, so this is what a clock that is a little ahead would send');
  const file = walkFile(`walk-${randomBytes(4).toString('hex')}`, at, clock());
  await servers.putRaw(file.key, file.body);
  await servers.notify([file.key]);
  say(
    `${rawPath(file.key)}\nof ${file.id}, in the window from ${time(file.window)} to ${time(windowEnd(file.window))}`,
  );
  return { file, sentAt: performance.now() };
}

/** Waits for the row of each feature, provisional or final, and prints it. */
async function rowsOf(servers: DemoServers, { id, window, rows }: WalkFile, final: boolean, since: number) {
  for (const [feature, [column, value]] of Object.entries(rows)) {
    // By the name of its feature, as docker-compose.yml has it.
    waitingFor = feature.replaceAll('_', '-');
    const isIt = (row: Row) =>
      Number(row[column]) === value && row['final'] === final && (row['window'] as Date).getTime() === window * 1000;
    const what = `${feature} has a ${final ? 'final' : 'provisional'} row of ${id} with ${column} = ${value}`;
    await until(async () => (await servers.rows(`SELECT * FROM ${feature} WHERE id = ?`, [id])).find(isIt), what, {
      seconds: 60,
    });
    say(`${feature}: ${column} = ${value}, final = ${final}; ${seconds(since)} after`);
  }
}

async function partsOf(servers: DemoServers, { window, rows }: WalkFile): Promise<string[]> {
  waitingFor = 'store-writer';
  const [year, month, day, hour, minute] = new Date(window * 1000).toISOString().split(/[-T:]/);
  const folder = `year=${year}/month=${month}/day=${day}/hour=${hour}/ten_mins=${minute}/`;
  const names: string[] = [];
  for (const feature of Object.keys(rows)) {
    const prefix = `features_store/${feature}/${folder}`;
    const found = async () => {
      const listed = await servers.list('store', prefix);
      return listed.length > 0 ? listed : undefined;
    };
    names.push(...(await until(found, `there is an object below ${prefix}`, { seconds: 30 })));
  }
  return names;
}

async function addresses(): Promise<DemoAddresses> {
  const [kafka, cassandra, s3] = await Promise.all([
    stack.port('redpanda', 19_092),
    stack.port('cassandra', 9042),
    stack.port('s3', 7070),
  ]);
  const secretFile = process.env['S3_SECRET_FILE'] ?? join(workspace, 'docker/demo/s3-secret-access-key');
  const secretAccessKey = readFileSync(secretFile, 'utf8').trim();
  return { kafka, cassandra, s3: { endpoint: `http://${s3}`, accessKeyId: 'neartime', secretAccessKey } };
}

async function timed<T>(what: string, act: () => Promise<T>): Promise<T> {
  const since = performance.now();
  const result = await act();
  say(`${what}, after ${seconds(since)}`);
  return result;
}

let step = 0;
const title = (text: string): void => console.log(`\n${styleText('bold', `${++step}. ${text}`)}`);
const say = (text: string): void => console.log(text.trimEnd().replaceAll(/^/gm, '   '));
const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;
const time = (at: number): string => new Date(at * 1000).toISOString().slice(11, 16);

async function failed(error: Error): Promise<void> {
  process.exitCode = 1;
  console.error(`\nwalk: ${error.message}`);
  if (!waitingFor || !(error instanceof NotInTime)) return;
  const logs = await stack.logs(waitingFor).catch(({ message }: Error) => message);
  console.error(`\nThe last that ${waitingFor} said:\n${logs}`);
}

const { values } = parseArgs({
  options: { down: { type: 'boolean' }, 'no-build': { type: 'boolean' }, help: { type: 'boolean' } },
});
if (values.help) console.log(usage);
else {
  await walk({ build: !values['no-build'] }).catch(failed);
  if (values.down) await stack.down();
}

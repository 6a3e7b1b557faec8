import { globSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseRawFileName } from '@neartime/ingest';
import { DemoServers, rawPath, sourceOf } from './demo/demo-servers.ts';
import { neartime } from './demo/neartime.ts';
import { until } from './demo/until.ts';

/*
 * The seeder of the demo (`docker compose run --rm seeder`): makes the buckets, and lets three sources write raw files as if
 * they had done so for the last 40 minutes. It runs once: raw files never change, and time does not go back.
 */

const files = 4;
const chunkSeconds = 600;

await using servers = await DemoServers.connect({
  kafka: setting('KAFKA_BROKERS'),
  cassandra: setting('CASSANDRA_CONTACT_POINTS'),
  s3: {
    endpoint: setting('S3_ENDPOINT'),
    accessKeyId: setting('S3_ACCESS_KEY_ID'),
    secretAccessKey: readFileSync(setting('S3_SECRET_ACCESS_KEY_FILE'), 'utf8').trim(),
  },
});
await servers.makeBuckets();
const standing = await servers.list('raw');
if (standing.length > 0) console.log(`there are ${standing.length} raw files already; nothing to do`);
else await seed();

async function seed(): Promise<void> {
  const now = Math.floor(Date.now() / 1000);
  // In every ten minutes one file a source, the last of them within the ten minutes up to now.
  const start = now - files * chunkSeconds;
  const folder = mkdtempSync(join(tmpdir(), 'neartime-seed-'));
  const options = { out: folder, sources: 3, files, events: 1000, start: isoTime(start), late: 0 };
  neartime(['generate', ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])]);

  const keys = globSync('in/**/*.gz', { cwd: folder }).sort((a, b) => fileTime(a) - fileTime(b));
  const sources = new Set(keys.map(sourceOf));
  // Who has not been heard of is not waited for: without this the windows of the first source would close before the others begin.
  await servers.complete(sources, start - chunkSeconds);
  await until(
    async () => (await servers.sources()).size >= sources.size || undefined,
    'the ingestor has heard of every source',
    { seconds: 60 },
  );
  for (const key of keys) await servers.putRaw(key, readFileSync(join(folder, key)));
  await servers.notify(keys);
  await servers.complete(sources, now);
  console.log(`${keys.length} raw files of ${sources.size} sources, from ${isoTime(start)} to ${isoTime(now)}`);
}

function setting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`seed: ${name} is missing`);
  return value;
}

function fileTime(key: string): number {
  return parseRawFileName(rawPath(key))!.fileTime;
}

function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000', '');
}

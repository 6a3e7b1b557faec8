import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { SqliteCatalogue } from '@neartime/streams/embedded';
import { found, inSeconds, megabytesNow } from './measuring.ts';
import { FolderIngest, backfill } from './raw-folder.ts';

/* `tiny-files.ts FILES`: so many raw files of one event each, of a hundred sources, in two hours. */

const files = Number(process.argv[2]);
const folder = mkdtempSync(join(tmpdir(), 'neartime-limits-'));
const begin = Date.parse('2018-08-01T10:00:00Z');
const keys = Array.from({ length: files }, (_, i) => {
  const at = new Date(begin + Math.floor(i / 100) * 1000 * Math.min(1, 720_000 / files));
  const [date, time] = [at.toISOString().slice(0, 10), at.toISOString().slice(11, 19).replaceAll(':', '')];
  const [year, month, day] = date.split('-') as [string, string, string];
  const key = `in/source-${i % 100}/${year}/${month}/${day}/${year}${month}-${day}-${i}-${time}.gz`;
  const event = { event_name: 'view_item', timestamp: Math.floor(at.getTime() / 1000), device_id: `device-${i}` };
  mkdirSync(dirname(join(folder, key)), { recursive: true });
  writeFileSync(join(folder, key), gzipSync(`${JSON.stringify({ ...event, country: 'pl', brand: 'olx' })}\n`));
  return key;
});

using catalogue = new SqliteCatalogue(join(folder, 'catalogue.db'));
const ingest = await FolderIngest.over(folder, catalogue);
const from = performance.now();
// It takes one after the other: a part of them says how quick it is.
const brought = keys.slice(0, 5000);
for (const key of brought) {
  const outcome = await ingest.ingest(key);
  if (outcome.is !== 'sent') throw new Error(`${key} was not sent: ${JSON.stringify(outcome)}`);
}
const seconds = (performance.now() - from) / 1000;
const memory = megabytesNow();
const embedded = await backfill(folder, join(folder, 'store'));
const again = await backfill(folder, join(folder, 'store'));
rmSync(folder, { recursive: true });
const callsAFile = Object.entries(ingest.calls).map(
  ([server, calls]) => `${server} ${(calls / brought.length).toFixed(1)}`,
);
found({
  ingestor: `${Math.round(brought.length / seconds)} files/s, ${memory}`,
  'calls a file': callsAFile.join(', '),
  backfill: `${inSeconds(embedded.seconds)}, ${embedded.megabytes} MB, exit code ${embedded.code}`,
  'again, nothing new': inSeconds(again.seconds),
});

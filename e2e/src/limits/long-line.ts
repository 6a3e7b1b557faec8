import { createWriteStream, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { SqliteCatalogue } from '@neartime/streams/embedded';
import { found, inSeconds, megabytesNow } from './measuring.ts';
import { FolderIngest, backfill } from './raw-folder.ts';

/* `long-line.ts MEGABYTES`: a raw file of one line of so many, between two good lines. */

const megabytes = Number(process.argv[2]);
const folder = mkdtempSync(join(tmpdir(), 'neartime-limits-'));
const key = 'in/olx/2018/08/01/201808-01-100500.gz';
const good = JSON.stringify({
  ...{ event_name: 'view_item', timestamp: Date.parse('2018-08-01T10:03:00Z') / 1000, device_id: 'device' },
  ...{ country: 'pl', brand: 'olx' },
});
mkdirSync(dirname(join(folder, key)), { recursive: true });
await pipeline(Readable.from(content()), createGzip({ level: 1 }), createWriteStream(join(folder, key)));

using catalogue = new SqliteCatalogue(join(folder, 'catalogue.db'));
const ingest = await FolderIngest.over(folder, catalogue);
const from = performance.now();
const outcome = await ingest.ingest(key);
const seconds = (performance.now() - from) / 1000;
const memory = megabytesNow();
const embedded = await backfill(folder, join(folder, 'store'));
rmSync(folder, { recursive: true });
if (outcome.is !== 'sent') throw new Error(`it was not sent: ${JSON.stringify(outcome)}`);
const { read, events, rejected } = outcome.file!;
found({
  lines: `${read} read, ${events} events, ${rejected['line_too_long'] ?? 0} too long`,
  ingestor: `${inSeconds(seconds)}, ${memory}`,
  backfill: `${inSeconds(embedded.seconds)}, ${embedded.megabytes} MB, exit code ${embedded.code}`,
});

function* content(): Iterable<Buffer> {
  yield Buffer.from(`${good}\n`);
  const piece = Buffer.alloc(1024 * 1024, 'x');
  for (let i = 0; i < megabytes; i++) yield piece;
  yield Buffer.from(`\n${good}\n`);
}

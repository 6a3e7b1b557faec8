import { KeptRecords } from './kept-records.ts';
import { found, inSeconds, megabytesNow, perSecond, timed } from './measuring.ts';
import { Partition, grace, windowAt } from './partition.ts';

/*
 * `open-keys.ts KEYS DISTINCT [FILE]`: so many events of so many devices in one window of one partition, then all of its rows
 * published as changed, then the window closed. Keeps the rows of the closed window in a file, for `writer-rows.ts`.
 */

const [events, distinct] = process.argv.slice(2, 4).map(Number) as [number, number];
const path = process.argv[4];
using kept = path === undefined ? undefined : new KeptRecords(path);
const batch = 5000;

let rows = 0;
let isClosing = false;
const partition = await Partition.open(({ records }) => {
  rows += records.length;
  if (isClosing) kept?.add([...records]);
});
const { worker, clock } = partition;

let seconds = 0;
for (let from = 0; from < events; from += batch) {
  const ids = Array.from({ length: Math.min(batch, events - from) }, (_, i) => idOf((from + i) % distinct));
  const records = partition.events(ids);
  const start = performance.now();
  await worker.take(records);
  seconds += (performance.now() - start) / 1000;
}
const folded = megabytesNow();
clock.time += 31;
const changed = await timed(() => worker.take([]));
const published = rows;
rows = 0;
isClosing = true;
const progress = [partition.progress([{ source: 's3://raw/in/', complete_up_to: windowAt + 600 + grace }])];
const closed = await timed(() => worker.take(progress));
if (published !== distinct || rows !== distinct + 1) throw new Error(`${published} and ${rows} records were published`);
found({
  taken: perSecond(events, seconds),
  folded,
  'rows changed': `${inSeconds(changed.seconds)}, longest turn ${inSeconds(changed.longestTurn)}`,
  'window closed': `${inSeconds(closed.seconds)}, longest turn ${inSeconds(closed.longestTurn)}`,
});

/** As long as a UUID, in no order. */
function idOf(n: number): string {
  const mixed = (Math.imul(n, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0');
  return `${mixed}-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
}

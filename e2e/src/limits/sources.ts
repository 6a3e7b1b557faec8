import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NoticesWorker, ProgressSender } from '@neartime/ingestor';
import { type Progress, progressRecord, topics } from '@neartime/schemas';
import { DeadLetters, type LogAppend, type LoggedRecord, RecordEncoder } from '@neartime/streams';
import { SqliteCatalogue } from '@neartime/streams/embedded';
import { found, megabytesNow } from './measuring.ts';
import { Partition, registry, windowAt } from './partition.ts';

/*
 * `sources.ts SOURCES`: so many sources in one partition of notices. First each says how far it is, then all are silent for five
 * minutes and are moved on by the clock; what is said of it goes to a partition of events, whose worker takes it.
 */

const sources = Array.from(
  { length: Number(process.argv[2]) },
  (_, i) => `s3://reservoir/in/horizontals/brand-${i}/web/`,
);
const folder = mkdtempSync(join(tmpdir(), 'neartime-limits-'));
using catalogue = new SqliteCatalogue(join(folder, 'catalogue.db'));
const clock = { time: windowAt, now: () => clock.time, elapsed: () => clock.time };
const minutes = 5;

let said: LoggedRecord[] = [];
let bytes = 0;
let largest = 0;
let offset = 0;
const log = {
  append: async (appends: readonly LogAppend[]) => {
    for (const { topic, partition, records } of appends) {
      for (const { value } of records) {
        bytes += value.length;
        largest = Math.max(largest, value.length);
      }
      if (topic === topics.events('device') && partition === 0)
        said.push(...[...records].map((record) => ({ ...record, offset: offset++ })));
    }
  },
};
const worker = await NoticesWorker.open(
  {
    ...{ topic: topics.rawFiles, partition: 0, committed: undefined, beginning: 0, end: 0 },
    signal: new AbortController().signal,
  },
  {
    ...{ catalogue, clock, idleAfter: 60, noticesPartitions: 1 },
    ingest: () => Promise.reject(new Error('there are no files')),
    progress: new ProgressSender({
      ...{ log, catalogue, clock, partitions: 4, noticesPartition: 0 },
      encoder: await RecordEncoder.of<Progress>(registry, progressRecord),
    }),
    deadLetters: await DeadLetters.over(log, registry, clock, () => undefined),
    endOf: async () => sources.length,
    listener: { ingested: () => undefined },
  },
);
const partition = await Partition.open(() => undefined);

const completeUpTo = new Date(windowAt * 1000).toISOString();
const notices = sources.map((source, i) => ({
  ...{ key: null, timestamp: 0, offset: i },
  value: Buffer.from(JSON.stringify({ source, completeUpTo })),
}));
const ingestor = { busy: 0, longest: 0 };
const processor = { busy: 0, longest: 0 };
await timing(ingestor, () => worker.take(notices, notices.length));
clock.time += 60;
bytes = 0;
for (let second = 0; second < minutes * 60; second++) {
  clock.time++;
  await timing(ingestor, () => worker.take([], notices.length));
  worker.commit();
  const records = said;
  said = [];
  await timing(processor, () => partition.worker.take(records));
  partition.worker.commit();
}
rmSync(folder, { recursive: true });
found({
  'ingestor, of a second': `${((ingestor.busy / (minutes * 60)) * 100).toFixed(1)} %, ${Math.round(ingestor.longest * 1000)} ms at most`,
  'processor, of a second': `${((processor.busy / (minutes * 60)) * 100).toFixed(1)} %, ${Math.round(processor.longest * 1000)} ms at most`,
  'said, all partitions': `${Math.round(bytes / 1024 / minutes / 60)} KB/s, ${Math.round(largest / 1024)} KB a record`,
  memory: megabytesNow(),
});

async function timing(sum: { busy: number; longest: number }, action: () => Promise<void>): Promise<void> {
  const from = performance.now();
  await action();
  const seconds = (performance.now() - from) / 1000;
  sum.busy += seconds;
  sum.longest = Math.max(sum.longest, seconds);
}

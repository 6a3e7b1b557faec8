import { windowClosedRecord } from '@neartime/schemas';
import { PartWriter, RowsWorker } from '@neartime/store-writer';
import {
  DeadLetters,
  type RevisableOnlineStore,
  RecordDecoder,
  RecordEncoder,
  type WindowPart,
} from '@neartime/streams';
import { MemoryObjectStore } from '@neartime/streams/memory';
import { keptRecords } from './kept-records.ts';
import { found, inSeconds, megabytesNow, perSecond, timed } from './measuring.ts';
import { registry, rowRecord, table } from './partition.ts';

/* `writer-rows.ts FILE`: the rows of one closed window on one partition, collected and written; the online rows go nowhere. */

const [path] = process.argv.slice(2) as [string];
// As the processor registered them, so that the records' schemas are those.
await registry.register(rowRecord);
await RecordEncoder.of(registry, windowClosedRecord);
const clock = { now: () => Date.now() / 1000, elapsed: () => performance.now() / 1000 };
const nowhere = async () => undefined;
const objects = new MemoryObjectStore();
const written: WindowPart[] = [];
const catalogue = {
  windowParts: async () => [],
  recordParts: async (parts: readonly WindowPart[]) => void written.push(...parts),
};
const online: RevisableOnlineStore = { write: nowhere, withdraw: nowhere, get: async () => [] };
const log = { append: async () => undefined };
const worker = new RowsWorker(
  { topic: 'features', partition: 0, committed: undefined, beginning: 0, end: 0, signal: new AbortController().signal },
  {
    ...{ table, online, clock, listener: { written: () => undefined, provisional: () => undefined } },
    decoder: new RecordDecoder(registry, [
      { record: rowRecord, strings: 'bytes', longs: 'exact' },
      { record: windowClosedRecord },
    ]),
    writer: new PartWriter({ objects, online, catalogue, clock, onDamaged: () => undefined }),
    deadLetters: await DeadLetters.over(log, registry, clock, () => {
      throw new Error('a row was undecodable');
    }),
  },
);
let rows = 0;
let held = '';
const { seconds, longestTurn } = await timed(async () => {
  for (const records of keptRecords(path, 5000)) {
    held = megabytesNow();
    await worker.take(records);
    rows += records.length;
  }
});
if (written.length !== 1 || written[0]!.state !== 'written') throw new Error(`not written: ${JSON.stringify(written)}`);
found({ 'collected and written': perSecond(rows, seconds), held, 'longest turn': inSeconds(longestTurn) });

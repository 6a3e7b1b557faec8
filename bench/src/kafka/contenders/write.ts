// The rows of one window by the store writer's own workers, as they come from the topic: collected, sorted, checked, put as
// Parquet objects, written into both tables, told to the catalogue.
import { topics, featureRowRecord, windowClosedRecord } from '@neartime/schemas';
import { PartWriter, RowsWorker } from '@neartime/store-writer';
import { type LoggedRecord, RecordDecoder, systemClock } from '@neartime/streams';
import { connectPlace, partitions } from '../place.ts';
import { timed } from '../timed.ts';
import { type ToldWrite, told } from '../told.ts';
import { featuresNamed, publisherOf } from '../wiring.ts';
import { windowOfRows } from '../window-of-rows.ts';

const { place, rows, run } = told<ToldWrite>();
await using connection = await connectPlace(place);
const { registry, catalogue, online, objects, deadLetters } = connection;
const [feature] = featuresNamed(['device_last_browse']) as [ReturnType<typeof featuresNamed>[number]];
const { name, engine } = feature;
const table = { feature: name, column: engine.output.name, type: engine.output.type };
const window = 1_533_117_600 + run * 600;

/** What the publisher would append to the log. */
const logged: LoggedRecord[][] = Array.from({ length: partitions }, () => []);
const publisher = await publisherOf(
  registry,
  {
    async append(appends) {
      for (const { partition, records } of appends)
        // What is appended is used again.
        for (const { key, value, timestamp } of records) {
          const copy = { key: key && Buffer.from(key), value: Buffer.from(value), timestamp };
          logged[partition]!.push({ ...copy, offset: logged[partition]!.length });
        }
    },
  },
  [feature],
);
for (let partition = 0; partition < partitions; partition++)
  await publisher.whole(windowOfRows(feature, window, rows), feature, partition, 0);

const record = featureRowRecord(name, engine.output.name, engine.output.type);
const decoder = new RecordDecoder(registry, [
  { record, strings: 'bytes', longs: 'exact' },
  { record: windowClosedRecord },
]);
const writer = new PartWriter({ objects, online, catalogue, clock: systemClock, onDamaged: () => undefined });
let written = 0;
const listener = {
  written(part: { is: string; rows: number }) {
    if (part.is !== 'written') throw new Error(`bench: a part is ${part.is}`);
    written += part.rows;
  },
  provisional() {},
};
// The tables are made before it counts.
await online.get(table, 'nobody');
const end = timed();
await Promise.all(
  logged.map(async (records, partition) => {
    const assignment = {
      ...{ topic: topics.feature(name), partition, committed: undefined, beginning: 0, end: records.length },
      signal: new AbortController().signal,
    };
    const worker = new RowsWorker(assignment, {
      ...{ table, decoder, writer, online, deadLetters, clock: systemClock, listener },
    });
    for (let at = 0; at < records.length; at += 2000) await worker.take(records.slice(at, at + 2000));
  }),
);
end(written);

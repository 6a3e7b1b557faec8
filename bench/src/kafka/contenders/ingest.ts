// Raw files into both events topics by the ingestor's own workers, from notices on.
import { noticesPartition } from '@neartime/ingestor';
import { parseRawFileName } from '@neartime/ingest';
import { topics } from '@neartime/schemas';
import { connectPlace, noticesPartitions } from '../place.ts';
import { timed } from '../timed.ts';
import { type ToldIngest, told } from '../told.ts';
import { noticesWorkers, onTrouble } from '../wiring.ts';

const { place, keys, run } = told<ToldIngest>();
await using connection = await connectPlace(place);
const { promise: allSent, resolve } = Promise.withResolvers<number>();
let end: ((count: number) => void) | undefined;
let [files, lines] = [0, 0];
const open = await noticesWorkers(connection, {
  onBegun: () => (end ??= timed()),
  onSent(read) {
    lines += read;
    if (++files === keys.length) resolve(lines);
  },
});
// Its own bucket's name in each run: what was ingested before is known.
const appends = keys.map((key) => {
  const { source } = parseRawFileName(`s3://${run}/${key}`)!;
  const partition = noticesPartition(Buffer.from(source), noticesPartitions);
  const record = { key: Buffer.from(source), value: Buffer.from(`s3://${run}/${key}`), timestamp: Date.now() };
  return { topic: topics.rawFiles, partition, records: [record] };
});
for (const append of appends) await connection.writer.append([append]);
await using _member = await connection.reader.join({
  ...{ groupId: `ingest.${run}`, topics: [topics.rawFiles], open, onTrouble },
});
const sent = await allSent;
end!(sent);

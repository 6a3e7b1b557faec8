// The same rows by executeConcurrent, one table after the other. Its values are made before it counts.
import { packPart, sortRows } from '@neartime/engines';
import cassandra from 'cassandra-driver';
import { partitions, sessionOptions } from '../place.ts';
import { timed } from '../timed.ts';
import { type ToldWrite, told } from '../told.ts';
import { featuresNamed } from '../wiring.ts';
import { windowOfRows } from '../window-of-rows.ts';

const { place, rows, run } = told<ToldWrite>();
const [feature] = featuresNamed(['device_last_browse']) as [ReturnType<typeof featuresNamed>[number]];
// Days behind the others', so that neither writes over the other.
const start = 1_530_000_000 + run * 600;
const window = windowOfRows(feature, start, rows);
const values: unknown[][] = [];
for (let partition = 0; partition < partitions; partition++) {
  const sorted = sortRows(packPart(window, feature, partition), feature);
  for (let row = 0; row < sorted.rows; row++) {
    const id = Buffer.from(sorted.ids.subarray(sorted.offsets[row], sorted.offsets[row + 1])).toString();
    const { country, brand } = sorted.pairs[sorted.pair[row]!]!;
    const value = cassandra.types.Long.fromNumber(Number(sorted.values[row]));
    values.push([id, country, brand, new Date(start * 1000), 0, true, new Date(), value, start * 1e6 + 500_000_000]);
  }
}
const { contactPoints, localDataCenter, keyspace } = sessionOptions(place);
const client = new cassandra.Client({
  ...{ contactPoints, localDataCenter, keyspace, queryOptions: { prepare: true, isIdempotent: true } },
});
await client.connect();
const { name, engine } = feature;
const insert = (into: string, using: string) =>
  `INSERT INTO ${into} (id, country, brand, window, revision, final, written_at, ${engine.output.name}) ` +
  `VALUES (?, ?, ?, ?, ?, ?, ?, ?) USING TIMESTAMP ?${using}`;
const end = timed();
for (const statement of [insert(`${name}_windows`, ' AND TTL 7776000'), insert(name, '')])
  await cassandra.concurrent.executeConcurrent(client, statement, values, { collectResults: false });
end(values.length);
await client.shutdown();

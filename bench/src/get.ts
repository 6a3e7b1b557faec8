import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { features } from '@neartime/features';
import { SqliteOnlineStore } from '@neartime/streams/embedded';
import { measured } from './child-run.ts';
import { neartime } from './contenders.ts';
import { quantile } from './figures.ts';
import type { Options } from './options.ts';
import { withFolder } from './places.ts';
import { rawFiles } from './raw-files.ts';
import type { Findings } from './report.ts';
import { say } from './say.ts';

const mostMilliseconds = 1;
const feature = features[0];

/** Asks the online store for random ids, one after the other, in this process. */
export async function get({ gets, eventsPerFile }: Options): Promise<Findings> {
  const input = await rawFiles({ tenMinutes: 1, eventsPerFile, late: 0 });
  return withFolder(async (folder) => {
    say('filling a store to get from');
    const store = join(folder, 'store');
    await measured(neartime.program(input, store));
    const milliseconds = await askFor(await randomIds(store, gets), store);
    const [p50, p99] = [quantile(milliseconds, 0.5), quantile(milliseconds, 0.99)];
    return {
      lines: [
        {
          what: `get, ${gets.toLocaleString('en')} random ids`,
          wall: `p99 ${p99.toFixed(3)} ms`,
          asked: `p99 < ${mostMilliseconds} ms`,
          met: p99 < mostMilliseconds,
        },
      ],
      measured: { gets, p50Milliseconds: p50, p99Milliseconds: p99, mostMilliseconds: quantile(milliseconds, 1) },
    };
  });
}

async function askFor(ids: readonly string[], store: string): Promise<number[]> {
  const { name, engine } = feature;
  const table = { feature: name, column: engine.output.name, type: engine.output.type };
  using online = new SqliteOnlineStore(join(store, 'online.db'), { readOnly: true });
  const milliseconds: number[] = [];
  for (const id of ids) {
    const start = performance.now();
    const rows = await online.get(table, id);
    milliseconds.push(performance.now() - start);
    if (rows.length === 0) throw new Error(`bench: ${name} has rows of ${id} in Parquet but not online`);
  }
  return milliseconds;
}

/** Ids of the store, in an order that is random and always the same. */
async function randomIds(store: string, count: number): Promise<string[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const parts = join(store.replace(/[[*?]/g, '[$&]'), 'features_store', feature.name, '**/*.parquet').replaceAll(
    "'",
    "''",
  );
  const reader = await connection.runAndReadAll(
    `SELECT DISTINCT id FROM read_parquet('${parts}') ORDER BY hash(id), id`,
  );
  const ids = reader.getRows().map(([id]) => String(id));
  connection.closeSync();
  instance.closeSync();
  return Array.from({ length: count }, (_, index) => ids[index % ids.length]!);
}

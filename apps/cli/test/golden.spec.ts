import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { rawFilePath } from '@neartime/testing';
import { describe, expect, it } from 'vitest';
import { Workplace } from './reservoirs.ts';
import { run } from './run.ts';
import { partsByHyparquet } from './store.ts';

const cases = join(import.meta.dirname, 'golden');
/** Of the raw file that each case's `events.jsonl` becomes. */
const fileTime = '2018-08-01T10:20:00Z';

/** The rows of a store as `expected.jsonl` has them: by feature and window, then by key. */
async function rowsOf(store: string): Promise<object[]> {
  const parts = await partsByHyparquet(store);
  const rows = Object.entries(parts).flatMap(([name, part]) => {
    const [, feature, year, month, day, hour, minutes] =
      /([^/]+)\/year=(.*)\/month=(.*)\/day=(.*)\/hour=(.*)\/ten_mins=(.*)\/part/.exec(name)!;
    return part.map((row) => ({ feature, window: `${year}-${month}-${day}T${hour}:${minutes}Z`, ...row }));
  });
  const order = rows.map((row) => ({
    row,
    key: JSON.stringify([row.feature, row.window, row.id, row.country, row.brand]),
  }));
  return order.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ row }) => row);
}

// Each line of a case's expected.jsonl is a row; the last one says what became of the lines.
describe('lines that have become rows:', () => {
  it.each(readdirSync(cases))('%s', async (name) => {
    using workplace = new Workplace();
    const raw = join(workplace.in, rawFilePath('in/horizontals/olx/android', fileTime));
    mkdirSync(dirname(raw), { recursive: true });
    writeFileSync(raw, gzipSync(readFileSync(join(cases, name, 'events.jsonl'))));
    const expected = readFileSync(join(cases, name, 'expected.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    const { counts } = await run(workplace);
    expect([...(await rowsOf(workplace.out)), counts]).toEqual(expected);
  });
});

import { oracle, type OracleCounts, writeRawBytes } from '@neartime/testing';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BackfillResult } from '../src/embedded/backfill.ts';
import { Workplace } from './reservoirs.ts';
import { run } from './run.ts';
import { newestOf, onlineRows, partsByDuckDb, partsByHyparquet, partsOf } from './store.ts';

const total = (counts: Record<string, number>): number => Object.values(counts).reduce((sum, count) => sum + count, 0);

function catalogued(store: string): Record<string, OracleCounts> {
  using database = new DatabaseSync(join(store, 'catalogue.db'), { readOnly: true });
  const rows = database
    .prepare(`SELECT path, read, events, blank, rejected FROM files WHERE state = 'done' ORDER BY path`)
    .all();
  return Object.fromEntries(
    rows.map(({ path, read, events, blank, rejected }) => {
      const counts = { read, blank, events, rejected: JSON.parse(String(rejected)) as object };
      return [path, counts as OracleCounts];
    }),
  );
}

function rejectedLines(store: string): Record<string, number> {
  using database = new DatabaseSync(join(store, 'catalogue.db'), { readOnly: true });
  const sql = 'SELECT reason, sum(last_line - first_line + 1) AS lines FROM rejected GROUP BY 1';
  return Object.fromEntries(
    database
      .prepare(sql)
      .all()
      .map(({ reason, lines }) => [String(reason), Number(lines)]),
  );
}

describe.each([
  { seed: 1 },
  { seed: 2, sources: 1, files: 9, events: 60 },
  { seed: 3, sources: 9, files: 1, events: 90, late: 0.5 },
  { seed: 4, sources: 2, files: 2, events: 1, dirt: 1 },
  { seed: 5, sources: 2, files: 2, events: 1_500, dirt: 0.6 },
])('a run over the messy reservoir $seed', ({ seed, ...options }) => {
  let workplace: Workplace;
  let result: BackfillResult;
  let expected: ReturnType<typeof oracle>;

  beforeAll(async () => {
    workplace = await Workplace.messy(seed, options);
    writeRawBytes(workplace.in, 'in/broken/2018/08/01/201808-01-093000.gz', Buffer.from('this is no gzip'));
    writeRawBytes(workplace.in, 'in/broken/2018/08/01/backup.gz', Buffer.from('no time in the name'));
    expected = oracle(workplace.in);
    result = await run(workplace);
  });
  afterAll(() => workplace[Symbol.dispose]());

  it('counts every file as brute force does, and each line once', () => {
    expect(catalogued(workplace.out)).toEqual(Object.fromEntries(expected.files));
    for (const { read, events, blank, rejected } of Object.values(catalogued(workplace.out))) {
      expect(read).toBe(events + blank + total(rejected));
    }
    const { read, events, blank, rejected } = result.counts;
    expect(read).toBe(events + blank + total(rejected));
    expect(rejectedLines(workplace.out)).toEqual(rejected);
  });

  it('puts the broken files in quarantine, and no others', () => {
    const quarantined = result.quarantined.map(({ path, reason }) => [path, reason] as const);
    expect(new Map(quarantined)).toEqual(expected.quarantined);
  });

  it('writes every row into its window and part, sorted, as DuckDB and hyparquet read it', async () => {
    const parts = partsOf(expected.rows);
    expect(await partsByHyparquet(workplace.out)).toEqual(parts);
    expect(await partsByDuckDb(workplace.out)).toEqual(parts);
  });

  it('has online, for each key, the row of its newest window', () => {
    expect(onlineRows(workplace.out)).toEqual(newestOf(expected.rows));
  });

  it('settles', () => {
    expect(result.unsettled).toEqual([]);
  });
});

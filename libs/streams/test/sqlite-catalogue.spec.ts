import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it, vi } from 'vitest';
import { SqliteCatalogue } from '../src/embedded/index.ts';
import { catalogueContract } from './catalogue.contract.ts';
import { cell, devices, eleven, logins, nine, outcome, part, posts, read, seen, task, ten } from './catalogued.ts';
import { inFolder, newFolder } from './opened.ts';

catalogueContract(
  'SqliteCatalogue',
  inFolder((folder) => new SqliteCatalogue(join(folder, 'catalogue.db'))),
);

it('knows in the next process what it knew in the last', async () => {
  using folder = newFolder();
  const path = join(folder.path, 'catalogue.db');
  const file = await (async () => {
    using catalogue = new SqliteCatalogue(path);
    await catalogue.recordParts([part(devices, nine)]);
    return await read(catalogue, 'a', [cell(nine)]);
  })();
  using catalogue = new SqliteCatalogue(path);
  expect(await catalogue.file(file.path)).toMatchObject({ state: 'read', contentHash: 'hash' });
  expect(await catalogue.markDone([devices, logins, posts])).toBe(1);
});

it('is read while another process writes it', async () => {
  using folder = newFolder();
  const path = join(folder.path, 'catalogue.db');
  using catalogue = new SqliteCatalogue(path);
  using reader = new SqliteCatalogue(path, { readOnly: true });
  const file = await read(catalogue, 'a', [cell(nine)]);
  expect(await reader.file(file.path)).toEqual(await catalogue.file(file.path));
});

/** What these calls list or change as a whole. */
const goThroughAll = [
  'files',
  'tasks',
  'rejectedRuns',
  'windowParts()',
  'forgetFiles',
  'toCheck',
  'parityResults()',
  'sources',
];

it('goes through no table as a whole, but for what lists it: months of files and windows do not slow it down', async () => {
  using folder = newFolder();
  const path = join(folder.path, 'catalogue.db');
  using catalogue = new SqliteCatalogue(path);
  using database = new DatabaseSync(path);
  const features = [devices, logins, posts];
  const a = seen('a');
  const calls: Record<string, () => Promise<unknown>> = {
    setting: () => catalogue.setting('partitions'),
    setSetting: () => catalogue.setSetting('partitions', '4'),
    files: () => catalogue.files(),
    file: () => catalogue.file(a.path),
    beginReading: () => catalogue.beginReading(a),
    recordRead: () => catalogue.recordRead(a, outcome([cell(nine), cell(ten)]), task(a)),
    quarantine: () => catalogue.quarantine(a, 'changed', 'why'),
    renewVersion: () => catalogue.renewVersion(a.path, 'v2'),
    'markDone, the first time': () => catalogue.markDone(features),
    'markDone, after that': () => catalogue.markDone(features),
    tasks: () => catalogue.tasks(),
    rejectedRuns: () => catalogue.rejectedRuns(),
    recordParts: () => catalogue.recordParts([part(devices, nine)]),
    'windowParts()': () => catalogue.windowParts(),
    'windowParts({ feature })': () => catalogue.windowParts({ feature: 'a' }),
    'windowParts({ window })': () => catalogue.windowParts({ window: nine }),
    'windowParts({ feature, window })': () => catalogue.windowParts({ feature: 'a', window: nine }),
    closedUpTo: () => catalogue.closedUpTo('a'),
    filesOfUnwritten: () => catalogue.filesOfUnwritten(features, -Infinity, Infinity),
    linesSent: () => catalogue.linesSent('device', nine),
    filesOf: () => catalogue.filesOf('device', [nine, ten]),
    windowsOf: () => catalogue.windowsOf(a.path),
    linesOf: () => catalogue.linesOf(a.path),
    replaceCounts: () => catalogue.replaceCounts(a.path, outcome([cell(ten), cell(eleven)])),
    toCheck: () => catalogue.toCheck(),
    putOff: () => catalogue.putOff(nine, 'f', { attempts: 1, dueAt: 1 }),
    ask: () => catalogue.ask([{ feature: 'f', window: nine, above: 0 }]),
    settled: () => catalogue.settled({ window: nine, notBefore: 0, differing: new Map(), asked: new Map() }),
    askParity: () => catalogue.askParity('f', [nine]),
    parityDue: () => catalogue.parityDue('f'),
    recordParity: () =>
      catalogue.recordParity({ feature: 'f', window: nine, revision: 0, outcome: 'equal', detail: '', checkedAt: 1 }),
    'parityResults()': () => catalogue.parityResults(),
    "parityResults('f')": () => catalogue.parityResults('f'),
    sources: () => catalogue.sources(),
    recordProgress: () => catalogue.recordProgress([{ source: 'a', completeUpTo: 1, saidAt: 1 }]),
    forgetFiles: () => catalogue.forgetFiles(),
  };
  const slow: string[] = [];
  for (const [name, call] of Object.entries(calls)) {
    using prepare = vi.spyOn(DatabaseSync.prototype, 'prepare');
    await call();
    const texts = prepare.mock.calls.map(([text]) => text);
    if (texts.flatMap((text) => wholeTables(database, text)).length > 0) slow.push(name);
  }
  expect(slow.sort()).toEqual(goThroughAll.sort());
});

/** The tables that a statement goes through from end to end; the index of files that are not done is short. */
function wholeTables(database: DatabaseSync, sql: string): string[] {
  const steps = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as { detail: string }[];
  const aliases: Record<string, string> = { l: 'file_lines', p: 'window_parts', part: 'window_parts', r: 'rejected' };
  const tables = [
    'files',
    'file_lines',
    'window_parts',
    'rejected',
    'tasks',
    'sources',
    'windows_to_check',
    'differing',
    'asked',
    'parity',
    'parity_due',
  ];
  return steps
    .map(({ detail }) => /^SCAN (\w+)(?! USING.* files_not_done)/.exec(detail)?.[1] ?? '')
    .filter((name) => tables.includes(aliases[name] ?? name));
}

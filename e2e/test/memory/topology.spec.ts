import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { features } from '@neartime/features';
import { parseRawFileName } from '@neartime/ingest';
import { FolderReservoir, SqliteCatalogue, SqliteOnlineStore } from '@neartime/streams/embedded';
import { temporaryFolder, treeHash } from '@neartime/testing';
import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { neartime } from '../cli.ts';
import { SetClock, Topology, until } from './topology.ts';

it('gives the bytes of a backfill, with two members of each service', async () => {
  using folder = temporaryFolder();
  const [reservoir, store] = [join(folder.path, 'reservoir'), join(folder.path, 'store')];
  neartime(
    'generate',
    '--out',
    reservoir,
    '--sources',
    '3',
    '--files',
    '5',
    '--events',
    '400',
    '--late',
    '0',
    '--dirt',
    '0.1',
  );
  neartime('backfill', '--in', reservoir, '--out', store);

  using catalogue = new SqliteCatalogue(join(folder.path, 'catalogue.db'));
  using online = new SqliteOnlineStore(join(folder.path, 'online.db'));
  const clock = new SetClock(1_600_000_000);
  const topology = new Topology(new FolderReservoir(reservoir), { catalogue, online }, clock);
  await topology.makeTopics(features);
  const members = [
    ...[await topology.ingestor(), await topology.ingestor()],
    ...[await topology.processor('neartime.all', features), await topology.processor('neartime.all', features)],
    ...[await topology.writer(features), await topology.writer(features)],
  ];
  const files = Object.keys(treeHash(reservoir)).sort();
  const bySource = Map.groupBy(files, (file) => parseRawFileName(`s3://raw/${file}`)!.source);
  const tick = setInterval(() => clock.move(1), 20);
  for (const source of bySource.keys())
    await topology.notify(source, JSON.stringify({ source, completeUpTo: '2018-08-01T09:00:00Z' }));
  await until(async () => (await catalogue.sources()).length === bySource.size, 'every source has said something');
  for (const [source, paths] of bySource) await topology.notify(source, ...paths.map((path) => `s3://raw/${path}`));
  await until(
    async () => (await catalogue.files()).filter(({ state }) => state === 'read').length === files.length,
    'all files are read',
  );
  for (const source of bySource.keys())
    await topology.notify(source, JSON.stringify({ source, completeUpTo: '2018-08-01T12:00:00Z' }));
  const expected = Object.fromEntries(
    Object.entries(treeHash(join(store, 'features_store'))).map(([name, hash]) => [`features_store/${name}`, hash]),
  );
  await until(
    async () => Object.keys(await objectsOf(topology)).length >= Object.keys(expected).length,
    'all objects stand',
  );
  await sleep(300);
  clearInterval(tick);
  for (const member of members) await member[Symbol.asyncDispose]();
  expect(topology.troubles).toEqual([]);
  expect(topology.late).toEqual([]);
  expect(await objectsOf(topology)).toEqual(expected);
  for (const { name } of features)
    expect(onlineRows(join(folder.path, 'online.db'), name)).toEqual(onlineRows(join(store, 'online.db'), name));
});

/** What a service reads of a table, whenever it was written. */
function onlineRows(path: string, feature: string): unknown[] {
  using database = new DatabaseSync(path, { readOnly: true });
  const rows = database.prepare(`SELECT * FROM ${feature} ORDER BY id, country, brand`).all();
  expect(rows.length).toBeGreaterThan(0);
  return rows.map(({ written_at: _, ...row }) => ({ ...row }));
}

async function objectsOf(topology: Topology): Promise<Record<string, string>> {
  const objects: Record<string, string> = {};
  for await (const name of topology.objects.list('features_store/'))
    objects[name] = createHash('sha256')
      .update((await topology.objects.get(name))!)
      .digest('hex');
  return objects;
}

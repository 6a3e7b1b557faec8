import { setTimeout as sleep } from 'node:timers/promises';
import { features } from '@neartime/features';
import { FolderReservoir, SqliteCatalogue } from '@neartime/streams/embedded';
import { expect, it } from 'vitest';
import { Expected } from '../expected.ts';
import { SetClock, Topology, until } from './topology.ts';

it('gives the bytes of a backfill, with two members of each service', async () => {
  using expected = new Expected(['--sources', '3', '--files', '5', '--events', '400']);
  using catalogue = new SqliteCatalogue(expected.place('catalogue.db'));
  const clock = new SetClock(1_600_000_000);
  const topology = new Topology(new FolderReservoir(expected.reservoir), catalogue, clock);
  await topology.makeTopics(features);
  const members = [
    ...[await topology.ingestor(), await topology.ingestor()],
    ...[await topology.processor('neartime.all', features), await topology.processor('neartime.all', features)],
    ...[await topology.writer(features), await topology.writer(features)],
  ];
  const bySource = expected.bySource('raw');
  const complete = (source: string, completeUpTo: string) =>
    topology.notify(source, JSON.stringify({ source, completeUpTo }));
  const tick = setInterval(() => clock.move(1), 20);
  for (const source of bySource.keys()) await complete(source, '2018-08-01T09:00:00Z');
  await until(async () => (await catalogue.sources()).length === bySource.size, 'every source has said something');
  for (const [source, paths] of bySource) await topology.notify(source, ...paths.map((path) => `s3://raw/${path}`));
  const isRead = async () =>
    (await catalogue.files()).filter(({ state }) => state === 'read').length === expected.files.length;
  await until(isRead, 'all files are read');
  for (const source of bySource.keys()) await complete(source, '2018-08-01T12:00:00Z');
  const wanted = expected.objects();
  await until(
    async () => Object.keys(await topology.stored()).length >= Object.keys(wanted).length,
    'all objects stand',
  );
  // Whatever else might come, comes.
  await sleep(300);
  clearInterval(tick);
  for (const member of members) await member[Symbol.asyncDispose]();
  expect(topology.troubles).toEqual([]);
  expect(topology.late).toEqual([]);
  expect(await topology.stored()).toEqual(wanted);
  for (const feature of features) expect(topology.onlineRows(feature)).toEqual(expected.online(feature));
});

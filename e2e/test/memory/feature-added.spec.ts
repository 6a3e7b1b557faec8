import { setTimeout as sleep } from 'node:timers/promises';
import { features } from '@neartime/features';
import { parseRawFileName } from '@neartime/ingest';
import { topics } from '@neartime/schemas';
import { FolderReservoir, SqliteCatalogue } from '@neartime/streams/embedded';
import { expect, it } from 'vitest';
import { Expected } from '../expected.ts';
import { SetClock, Topology, partitions, until } from './topology.ts';

const [devices, , posts] = features;

it('has a feature, added when half of the log is gone, from raw files up to a window and from the log behind it', async () => {
  using expected = new Expected(['--sources', '2', '--files', '8', '--events', '200']);
  using catalogue = new SqliteCatalogue(expected.place('catalogue.db'));
  const reservoir = new FolderReservoir(expected.reservoir);
  const clock = new SetClock(Date.parse('2018-08-01T09:00:00Z') / 1000);
  const topology = new Topology(reservoir, catalogue, clock);
  await topology.makeTopics([devices, posts]);
  const members = [
    await topology.ingestor(),
    await topology.processor('neartime.devices', [devices]),
    await topology.writer([devices, posts]),
  ];
  const complete = (source: string, completeUpTo: string) =>
    topology.notify(source, JSON.stringify({ source, completeUpTo }));
  const sources = [...expected.bySource('raw').keys()];
  for (const source of sources) await complete(source, '2018-08-01T09:00:00Z');
  // Files come as they would, each a minute after the time in its name.
  const inTime = expected.files
    .map((path) => ({ path, ...parseRawFileName(`s3://raw/${path}`)! }))
    .sort((a, b) => a.fileTime - b.fileTime);
  for (const { path, source, fileTime } of inTime) {
    clock.move(Math.max(1, fileTime + 60 - clock.now()));
    await topology.notify(source, `s3://raw/${path}`);
    await until(async () => (await catalogue.file(`s3://raw/${path}`))?.state === 'read', `${path} is read`);
    clock.move(2);
    await sleep(20);
  }

  for (let partition = 0; partition < partitions; partition++) {
    const place = { topic: topics.events('user'), partition };
    topology.log.forgetBefore(place, Math.floor(topology.log.records(place).length / 2));
  }
  members.push(await topology.processor('neartime.posts', [posts]));
  const { reprocessor, revisions } = await topology.reprocessor([posts]);
  clock.move(2 * 3600);
  for (const source of sources) await complete(source, '2018-08-01T12:00:00Z');
  const tick = setInterval(() => clock.move(1), 20);
  const wanted = expected.objects([posts]);
  await until(async () => {
    await reprocessor.turn(new AbortController().signal);
    return Object.keys(await topology.stored(posts.name)).length === Object.keys(wanted).length;
  }, 'all objects stand');
  clearInterval(tick);
  for (const member of members) await member[Symbol.asyncDispose]();
  expect(topology.troubles).toEqual([]);
  expect(await topology.stored(posts.name)).toEqual(wanted);
  // Both ways were taken, each window by one of them.
  const written = await catalogue.windowParts({ feature: posts.name });
  const byRevision = Map.groupBy(
    written.filter(({ rows }) => rows > 0),
    ({ revision }) => Math.min(revision, 1),
  );
  expect([...byRevision.keys()].sort()).toEqual([0, 1]);
  const windows = revisions.map(({ window }) => window);
  expect(new Set(windows).size).toBe(windows.length);
  const latest = (revision: number) => byRevision.get(revision)!.map(({ window }) => window);
  expect(Math.max(...latest(1))).toBeLessThan(Math.min(...latest(0)));
});

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { features } from '@neartime/features';
import { parseRawFileName } from '@neartime/ingest';
import { temporaryFolder, treeHash } from '@neartime/testing';
import { describeWithServers } from '@neartime/testing/servers';
import { beforeAll, expect, it } from 'vitest';
import { neartime } from '../cli.ts';
import { Pipeline, until } from './pipeline.ts';
import { buildServices } from './service-process.ts';

describeWithServers('the pipeline on Kafka, S3 and Cassandra', (servers) => {
  beforeAll(buildServices);

  it('gives the bytes of a backfill, with two instances of each service', { timeout: 240_000 }, async () => {
    using folder = temporaryFolder();
    const [reservoir, store] = [join(folder.path, 'reservoir'), join(folder.path, 'store')];
    neartime(
      'generate',
      '--out',
      reservoir,
      '--sources',
      '3',
      '--files',
      '6',
      '--events',
      '2000',
      '--late',
      '0',
      '--dirt',
      '0.1',
    );
    neartime('backfill', '--in', reservoir, '--out', store);

    await using pipeline = await Pipeline.start(servers);
    const FEATURES = features.map(({ name }) => name).join();
    for (const _ of [1, 2]) {
      pipeline.run('ingestor');
      pipeline.run('feature-processor', { FEATURES, GROUP_ID: 'neartime.all' });
      pipeline.run('store-writer');
    }
    await pipeline.ready();
    const keys = await pipeline.upload(reservoir);
    const bySource = Map.groupBy(keys, (key) => parseRawFileName(`s3://${pipeline.raw}/${key}`)!.source);
    const complete = (source: string, completeUpTo: string) => JSON.stringify({ source, completeUpTo });
    for (const source of bySource.keys()) await pipeline.notify(source, [complete(source, '2018-08-01T09:00:00Z')]);
    await until(
      async () => (await pipeline.rows('SELECT source FROM $.sources')).length === bySource.size,
      () => 'every source has said something',
    );
    for (const [source, its] of bySource)
      await pipeline.notify(source, [
        ...its.map((key) => `s3://${pipeline.raw}/${key}`),
        complete(source, '2018-08-01T12:00:00Z'),
      ]);

    const expected = Object.fromEntries(
      Object.entries(treeHash(join(store, 'features_store'))).map(([name, hash]) => [`features_store/${name}`, hash]),
    );
    const said = () => pipeline.services.map((service) => `${service.name}\n${service.said()}`).join('\n');
    await until(async () => Object.keys(await pipeline.objects()).length >= Object.keys(expected).length, said);
    expect(await pipeline.objects()).toEqual(expected);
    for (const { name, engine } of features) {
      const wanted = onlineRows(join(store, 'online.db'), name, engine.output.name);
      await until(async () => (await pipeline.rows(`SELECT id FROM $.${name} `)).length >= wanted.length, said);
      expect(await cassandraRows(pipeline, name, engine.output.name)).toEqual(wanted);
    }
    for (const service of pipeline.services) expect(await service.stop()).toBe(0);
  });
});

const sorted = (rows: readonly (readonly unknown[])[]): string[] => rows.map((row) => JSON.stringify(row)).sort();

function onlineRows(path: string, feature: string, column: string): string[] {
  using database = new DatabaseSync(path, { readOnly: true });
  const rows = database
    .prepare(`SELECT id, country, brand, window_start, ${column} AS value, final FROM ${feature}`)
    .all();
  expect(rows.length).toBeGreaterThan(0);
  return sorted(
    rows.map((row) => [row['id'], row['country'], row['brand'], row['window_start'], row['value'], row['final'] === 1]),
  );
}

async function cassandraRows(pipeline: Pipeline, feature: string, column: string): Promise<string[]> {
  const rows = await pipeline.rows(`SELECT id, country, brand, window, ${column}, final FROM $.${feature}`);
  const windowOf = (window: unknown) => (window as Date).getTime() / 1000;
  return sorted(
    rows.map((row) => [
      row['id'],
      row['country'],
      row['brand'],
      windowOf(row['window']),
      Number(row[column]),
      row['final'],
    ]),
  );
}

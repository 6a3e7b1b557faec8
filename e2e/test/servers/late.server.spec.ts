import { features } from '@neartime/features';
import { describeWithServers } from '@neartime/testing/servers';
import { beforeAll, expect, it } from 'vitest';
import { neartimeOnServers } from '../cli.ts';
import { Expected } from '../expected.ts';
import { Pipeline, until } from './pipeline.ts';
import { buildServices } from './service-process.ts';

const hours = { begin: '2018-08-01T09:00:00Z', end: '2018-08-01T12:00:00Z' };

/** The last window that is closed when all is complete up to the end: it has its grace behind it. */
const lastClosed = Date.parse('2018-08-01T11:40:00Z') / 1000;

describeWithServers('late files on servers', (servers) => {
  beforeAll(buildServices);

  it('are settled by whoever reprocesses, also after a kill, and parity holds', { timeout: 300_000 }, async () => {
    using expected = new Expected(['--sources', '3', '--files', '6', '--events', '600']);
    await using pipeline = await Pipeline.start(servers, {
      ...{ REPROCESS_EVERY: '1s', SETTLE_AFTER: '5s', PARITY_ONE_IN: '3', KAFKA_COMPRESSION: 'none' },
    });
    pipeline.run('ingestor');
    const all = { FEATURES: features.map(({ name }) => name).join(), GROUP_ID: 'neartime.all' };
    const processors = [pipeline.run('feature-processor', all), pipeline.run('feature-processor', all)];
    pipeline.run('store-writer', { LOOK_EVERY: '1s' });
    await pipeline.ready();
    const late = expected.files.filter((_, i) => i % 4 === 1);
    await pipeline.ingest(expected, hours, late);
    const closed = async () => {
      const upTo = await pipeline.rows('SELECT window FROM $.closed_up_to');
      return upTo.length === features.length * 4 && upTo.every(({ window }) => Number(window) === lastClosed);
    };
    await until(closed, () => `every partition has closed\n${pipeline.said()}`);

    for (const [source, paths] of expected.bySource(pipeline.raw))
      await pipeline.notify(
        source,
        paths.filter((path) => late.includes(path)).map((path) => `s3://${pipeline.raw}/${path}`),
      );
    const revised = () =>
      processors.flatMap(({ lines }) => lines.filter(({ msg }) => msg === 'window computed from raw files'));
    await until(
      () => revised().length > 0,
      () => `a window is computed from raw files\n${pipeline.said()}`,
    );
    await processors[0]!.stop('SIGKILL');
    pipeline.run('feature-processor', all);
    const cassandra = ['--cassandra', `${servers.cassandra.contactPoint}/${pipeline.keyspace}`];
    const env = { CASSANDRA_LOCAL_DATA_CENTER: servers.cassandra.localDataCenter };
    const isRead = async () =>
      (await pipeline.rows('SELECT state FROM $.files')).filter(({ state }) => state === 'read' || state === 'done')
        .length === expected.files.length;
    await until(isRead, () => `all files are read\n${pipeline.said()}`);
    const settled = await neartimeOnServers(env, 'settle', ...cassandra, '--wait', '100s', '--json');
    if (settled.code !== 0) console.log(pipeline.said());
    expect(settled).toMatchObject({ code: 0, stderr: '' });
    await pipeline.holds(expected, features);
    expect(await pipeline.objects()).toEqual(expected.objects());

    const used = revised().map(({ feature, window, revision }) => JSON.stringify([feature, window, revision]));
    expect(new Set(used).size).toBe(used.length);
    const parity = await neartimeOnServers(env, 'parity', ...cassandra, '--wait', '100s', '--json');
    if (parity.code !== 0) console.log(parity.stdout, pipeline.said());
    expect(parity).toMatchObject({ code: 0, stderr: '' });
    expect((JSON.parse(parity.stdout) as { results: unknown[] }).results.length).toBeGreaterThan(20);

    const again = ['--feature', 'user_num_posts', '--from', '2018-08-01T09:00Z', '--to', '2018-08-01T09:30Z'];
    const anew = await neartimeOnServers(env, 'reprocess', ...cassandra, ...again, '--wait', '100s', '--json');
    expect(anew).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(anew.stdout)).toEqual({ written: 3, left: [] });
    expect(await pipeline.objects()).toEqual(expected.objects());
    await until(
      async () => (await pipeline.rows('SELECT state FROM $.files')).every(({ state }) => state === 'done'),
      () => 'all files are done',
    );
    expect(await neartimeOnServers(env, 'retire', ...cassandra, 'user_num_posts')).toMatchObject({ code: 0 });
  });
});

import { gzipSync } from 'node:zlib';
import { features } from '@neartime/features';
import { at, line, rawFilePath } from '@neartime/testing';
import { describeWithServers } from '@neartime/testing/servers';
import { beforeAll, expect, it } from 'vitest';
import { Pipeline, until } from './pipeline.ts';
import { buildNewerIngestor, buildServices } from './service-process.ts';

const [devices] = features;
const begin = '2018-08-01T10:00:00Z';

describeWithServers('an event schema that gets a field', (servers) => {
  beforeAll(() => {
    buildServices();
    buildNewerIngestor();
  });

  it('is written by old and new ingestors side by side, and nobody else notices', { timeout: 180_000 }, async () => {
    await using pipeline = await Pipeline.start(servers);
    const old = pipeline.run('ingestor');
    pipeline.run('feature-processor', { FEATURES: devices.name });
    pipeline.run('store-writer', { LOOK_EVERY: '1s' });
    await pipeline.ready();
    const newer = pipeline.run('newer-ingestor');
    await pipeline.ready();
    await until(
      async () => (await old.partitions()) === 2 && (await newer.partitions()) === 2,
      () => 'both have a half of the sources',
    );

    // So many sources that both have some.
    const sources = Array.from({ length: 12 }, (_, i) => `brand${i}`);
    for (const source of sources) {
      const key = rawFilePath(`in/${source}`, '2018-08-01T10:04:00Z');
      await pipeline.putRaw(key, gzipSync(line({ device_id: source, price: 19.99 })));
      const name = `s3://${pipeline.raw}/in/${source}/`;
      await pipeline.notify(name, [
        JSON.stringify({ source: name, completeUpTo: begin }),
        `s3://${pipeline.raw}/${key}`,
      ]);
    }
    const sent = (service: typeof old) => service.lines.filter(({ msg }) => msg === 'file sent').length;
    await until(
      () => sent(old) + sent(newer) === sources.length,
      () => `all files are sent\n${pipeline.said()}`,
    );
    expect(Math.min(sent(old), sent(newer))).toBeGreaterThan(0);
    for (const source of sources.map((one) => `s3://${pipeline.raw}/in/${one}/`))
      await pipeline.notify(source, [JSON.stringify({ source, completeUpTo: '2018-08-01T10:14:00Z' })]);
    const rows = () => pipeline.rows(`SELECT id, last_action_timestamp AS time, final FROM $.${devices.name}`);
    await until(
      async () => (await rows()).filter(({ final }) => final).length === sources.length,
      () => `all rows are final\n${pipeline.said()}`,
    );
    for (const { time } of await rows()) expect(Number(time)).toBe(at('10:03'));
    expect(await pipeline.versions('neartime.Event')).toBe(2);
    for (const service of pipeline.services)
      expect(service.lines.filter(({ msg }) => msg === 'record cannot be decoded')).toEqual([]);
  });
});

import { features } from '@neartime/features';
import { describeWithServers } from '@neartime/testing/servers';
import { beforeAll, expect, it } from 'vitest';
import { Expected } from '../expected.ts';
import { Pipeline } from './pipeline.ts';
import { buildServices } from './service-process.ts';

describeWithServers('the pipeline on Kafka, S3 and Cassandra', (servers) => {
  beforeAll(buildServices);

  it('gives the bytes of a backfill, with two instances of each service', { timeout: 240_000 }, async () => {
    using expected = new Expected(['--sources', '3', '--files', '6', '--events', '2000']);
    await using pipeline = await Pipeline.start(servers);
    for (const _ of [1, 2]) {
      pipeline.run('ingestor');
      pipeline.run('feature-processor', {
        FEATURES: features.map(({ name }) => name).join(),
        GROUP_ID: 'neartime.all',
      });
      pipeline.run('store-writer');
    }
    await pipeline.ready();
    await pipeline.ingest(expected, { begin: '2018-08-01T09:00:00Z', end: '2018-08-01T12:00:00Z' });
    await pipeline.holds(expected, features);
    for (const service of pipeline.services) expect(await service.stop()).toBe(0);
  });
});

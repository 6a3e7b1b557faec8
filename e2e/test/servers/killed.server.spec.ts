import { setTimeout as sleep } from 'node:timers/promises';
import { features } from '@neartime/features';
import { describeWithServers } from '@neartime/testing/servers';
import { beforeAll, expect, it } from 'vitest';
import { Expected } from '../expected.ts';
import { Pipeline } from './pipeline.ts';
import { buildServices } from './service-process.ts';

describeWithServers('services that are killed', (servers) => {
  beforeAll(buildServices);

  it(
    'leave the bytes of a backfill, when one of each dies while files come and others take over',
    { timeout: 300_000 },
    async () => {
      using expected = new Expected(['--sources', '3', '--files', '6', '--events', '4000']);
      await using pipeline = await Pipeline.start(servers, { EMIT_EVERY: '1s' });
      const processor = { FEATURES: features.map(({ name }) => name).join(), GROUP_ID: 'neartime.all' };
      const start = () => [
        pipeline.run('ingestor'),
        pipeline.run('feature-processor', processor),
        pipeline.run('store-writer'),
      ];
      const dying = start();
      start();
      await pipeline.ready();
      await pipeline.ingest(expected, { begin: '2018-08-01T09:00:00Z', end: '2018-08-01T12:00:00Z' });
      // Sooner or later each has some of the work in hand.
      for (const service of dying) {
        await sleep(500);
        expect(await service.stop('SIGKILL')).toBeNull();
      }
      pipeline.services.splice(0, dying.length);
      start();
      await pipeline.holds(expected, features);
      for (const service of pipeline.services) expect(await service.stop()).toBe(0);
    },
  );
});

import { setTimeout as sleep } from 'node:timers/promises';
import { features } from '@neartime/features';
import { describeWithServers } from '@neartime/testing/servers';
import { beforeAll, expect, it } from 'vitest';
import { Expected } from '../expected.ts';
import { Pipeline, until } from './pipeline.ts';
import { buildServices } from './service-process.ts';

const [devices, logins, posts] = features;
const hours = { begin: '2018-08-01T09:00:00Z', end: '2018-08-01T12:00:00Z' };

describeWithServers('a feature that is added while all goes on', (servers) => {
  beforeAll(buildServices);

  it(
    'begins with the first window, disturbs no other, and comes from raw files where the log is gone',
    { timeout: 300_000 },
    async () => {
      using expected = new Expected(['--sources', '3', '--files', '6', '--events', '1000']);
      await using pipeline = await Pipeline.start(servers);
      pipeline.run('ingestor');
      const first = pipeline.run('feature-processor', { FEATURES: devices.name });
      const writer = pipeline.run('store-writer', { LOOK_EVERY: '1s' });
      await pipeline.ready();
      await pipeline.ingest(expected, hours);
      await pipeline.holds(expected, [devices]);
      const before = await pipeline.objects();
      const [saidFirst, restarts] = [first.lines.length, pipeline.services.length];

      // The whole log is there: read from its beginning.
      pipeline.run('feature-processor', { FEATURES: logins.name });
      await pipeline.holds(expected, [logins]);

      // The first half of it is gone.
      await pipeline.forget('events.user', 0.5);
      const late = pipeline.run('feature-processor', { FEATURES: posts.name, REPROCESS_EVERY: '1s' });
      await pipeline.holds(expected, [posts]);
      expect(late.lines.filter(({ msg }) => msg === 'window computed from raw files').length).toBeGreaterThan(0);

      expect(pipeline.services.length).toBe(restarts + 2);
      expect(await pipeline.objects([devices])).toEqual(before);
      expect(writer.lines.filter(({ level }) => level === 'fatal' || level === 'error')).toEqual([]);
      expect(first.lines.slice(saidFirst).filter(({ msg }) => msg === 'window closed')).toEqual([]);
      for (const service of pipeline.services) expect(await service.stop()).toBe(0);
    },
  );

  it('is refused under the group of others, and under no group where there are two', { timeout: 120_000 }, async () => {
    await using pipeline = await Pipeline.start(servers);
    const two = pipeline.run('feature-processor', { FEATURES: `${devices.name},${posts.name}` });
    expect(await two.ended).toBe(2);
    expect(two.stderr.join()).toContain('GROUP_ID: is missing, while FEATURES names more than one');
    const own = pipeline.run('feature-processor', { FEATURES: devices.name, GROUP_ID: 'mine' });
    await until(
      () => own.isReady(),
      () => own.said(),
    );
    const other = pipeline.run('feature-processor', { FEATURES: posts.name, GROUP_ID: 'mine' });
    expect(await other.ended).toBe(1);
    expect(other.said()).toContain('group: mine computes device_last_browse, and FEATURES is user_num_posts');
    await sleep(10);
    expect(await own.isReady()).toBe(true);
  });
});

import { setTimeout as sleep } from 'node:timers/promises';
import { features } from '@neartime/features';
import { describeWithServers } from '@neartime/testing/servers';
import { beforeAll, expect, it } from 'vitest';
import { Line } from '../../src/lines/line.ts';
import { TcpProxy } from '../../src/lines/tcp-proxy.ts';
import { Expected } from '../expected.ts';
import { MemoryWatch } from './memory-watch.ts';
import { Pipeline, until } from './pipeline.ts';
import { buildServices } from './service-process.ts';

/** `npm run outage` has it last two minutes. */
const seconds = Number(process.env['NEARTIME_OUTAGE_SECONDS'] ?? 24);
/** What a process may take more while a server is down, in megabytes: garbage that has not been collected yet. */
const moreMegabytes = 100;

const sources = 3;
/** Every file is of another window, so that there is always one to be written; of five hours, since who is six behind is not waited for. */
const files = 30;
const begin = Date.parse('2018-08-01T09:00:00Z') / 1000;

describeWithServers('S3', (servers) => {
  beforeAll(buildServices);

  it(
    'may be gone while files come on and on: what needs it waits and says so, no memory fills, nothing is lost',
    { timeout: (400 + 6 * seconds) * 1000 },
    async () => {
      using expected = new Expected([
        ...['--sources', `${sources}`, '--files', `${files}`, '--events', `${2500 + 60 * seconds}`],
      ]);
      const port = Number(new URL(servers.s3.endpoint).port);
      await using ofIngestor = await TcpProxy.start({ port, line: new Line() });
      await using ofWriter = await TcpProxy.start({ port, line: new Line() });
      await using pipeline = await Pipeline.start(servers, { EMIT_EVERY: '1s', IDLE_AFTER: '1d' });
      const ingestor = pipeline.run('ingestor', { S3_ENDPOINT: `http://127.0.0.1:${ofIngestor.port}` });
      const processor = pipeline.run('feature-processor', {
        FEATURES: features.map(({ name }) => name).join(),
        GROUP_ID: 'neartime.all',
      });
      const writer = pipeline.run('store-writer', {
        S3_ENDPOINT: `http://127.0.0.1:${ofWriter.port}`,
        LOOK_EVERY: '1s',
      });
      await pipeline.ready();
      await using memory = new MemoryWatch(pipeline.services);
      await pipeline.upload(expected.reservoir);
      const bySource = [...expected.bySource(pipeline.raw)];
      const complete = (source: string, upTo: number) =>
        pipeline.notify(source, [JSON.stringify({ source, completeUpTo: new Date(upTo * 1000).toISOString() })]);
      for (const [source] of bySource) await complete(source, begin);

      let notified = 0;
      const notifyUpTo = async (share: number) => {
        for (const to = Math.ceil(files * share); notified < to; notified++)
          for (const [source, paths] of bySource)
            await pipeline.notify(source, [`s3://${pipeline.raw}/${paths[notified]!}`]);
      };
      const objects = async () => Object.keys(await pipeline.objects()).length;
      await notifyUpTo(0.4);
      await until(
        async () => (await objects()) > 0,
        () => `objects stand\n${pipeline.said()}`,
      );
      await sleep((seconds / 4) * 1000);
      const before = memory.most();

      await ofWriter.refuse();
      const downFrom = performance.now();
      const goOn = async (share: number) => {
        while (performance.now() - downFrom < seconds * 1000 * share) {
          await notifyUpTo(0.4 + (0.5 * (performance.now() - downFrom)) / (seconds * 1000));
          await sleep(100);
        }
      };
      await goOn(0.5);
      await until(
        async () => /begins anew: s3: cannot .* cannot be reached/.test((await writer.readiness()) ?? ''),
        () => `the writer says that it waits for S3\n${writer.said()}`,
      );
      expect(await ingestor.isReady()).toBe(true);
      const standing = await objects();
      await ofIngestor.refuse();
      await goOn(1);
      await until(
        async () => /begins anew: s3: cannot .* cannot be reached/.test((await ingestor.readiness()) ?? ''),
        () => `the ingestor says that it waits for S3\n${ingestor.said()}`,
      );
      expect(await writer.isReady()).toBe(false);
      expect(await processor.isReady()).toBe(true);
      expect(await objects()).toBe(standing);
      const during = memory.most();

      await ofWriter.accept();
      await ofIngestor.accept();
      await notifyUpTo(1);
      for (const [source] of bySource) await complete(source, begin + (files + 3) * 600);
      await pipeline.ready(120 + seconds);
      const wanted = Object.keys(expected.objects(features)).length;
      await until(
        async () => (await objects()) >= wanted,
        () => `${wanted} objects stand\n${pipeline.said()}`,
        120 + 2 * seconds,
      );
      await pipeline.holds(expected, features);
      const after = memory.most();
      await memory[Symbol.asyncDispose]();
      console.log(`most megabytes, before, during and after ${seconds} s without S3:`, { before, during, after });
      for (const [name, megabytes] of Object.entries(during))
        expect(megabytes, `${name} during the outage`).toBeLessThan(before[name]! + moreMegabytes);
      for (const service of pipeline.services) expect(await service.stop()).toBe(0);
    },
  );
});

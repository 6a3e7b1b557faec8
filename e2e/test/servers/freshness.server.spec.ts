import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { features } from '@neartime/features';
import { line, rawFilePath } from '@neartime/testing';
import { describeWithServers } from '@neartime/testing/servers';
import { beforeAll, expect, it } from 'vitest';
import { Pipeline, until } from './pipeline.ts';
import { buildServices } from './service-process.ts';

const [devices] = features;
const emitEvery = 30;
const filesSent = 60;
const windowSeconds = 600;

const now = (): number => Date.now() / 1000;

/** What so many of a hundred do not exceed. */
const percentile = (values: readonly number[], of: number): number =>
  values.toSorted((a, b) => a - b)[Math.ceil((values.length * of) / 100) - 1]!;

describeWithServers('freshness', (servers) => {
  beforeAll(buildServices);

  it(
    'has an event online within 40 s of its notice, and a window final within 5 s of the progress that closes it',
    { timeout: 300_000 },
    async () => {
      await using pipeline = await Pipeline.start(servers, {
        EMIT_EVERY: `${emitEvery}s`,
        IDLE_AFTER: '5m',
        GRACE: '1s',
      });
      for (const _ of [1, 2]) {
        pipeline.run('ingestor');
        pipeline.run('feature-processor', { FEATURES: devices.name });
        pipeline.run('store-writer', { LOOK_EVERY: '1s' });
      }
      await pipeline.ready();

      const sources = ['olx', 'autos', 'jobs'];
      const sourceOf = (name: string) => `s3://${pipeline.raw}/in/${name}/`;
      const notifiedAt = new Map<string, number>();
      for (let file = 0, last = 0; file < filesSent; file++) {
        // Files of one second would have one name.
        while (Math.floor(now()) === last) await sleep(20);
        last = Math.floor(now());
        const [source, device] = [sources[file % sources.length]!, `device ${file} 😀`];
        const key = rawFilePath(`in/${source}`, new Date(last * 1000).toISOString());
        await pipeline.putRaw(key, gzipSync(line({ timestamp: last - 1, device_id: device })));
        notifiedAt.set(device, now());
        await pipeline.notify(sourceOf(source), [`s3://${pipeline.raw}/${key}`]);
      }
      const rows = () => pipeline.rows(`SELECT id, window, written_at, final FROM $.${devices.name}`);
      await until(
        async () => (await rows()).length === filesSent,
        () => `all rows are online\n${pipeline.said()}`,
      );
      const ages = (await rows()).map(
        (row) => (row['written_at'] as Date).getTime() / 1000 - notifiedAt.get(row['id'] as string)!,
      );
      expect(percentile(ages, 99)).toBeLessThanOrEqual(emitEvery + 10);

      const newest = Math.max(...(await rows()).map((row) => (row['window'] as Date).getTime() / 1000));
      const end = new Date((newest + windowSeconds + 2) * 1000).toISOString();
      for (const source of sources.map(sourceOf))
        await pipeline.notify(source, [JSON.stringify({ source, completeUpTo: end })]);
      await until(
        async () => (await rows()).every(({ final }) => final),
        () => `the rows are final\n${pipeline.said()}`,
      );
      const closedBy = await pipeline.progressTime('events.device', newest + windowSeconds + 2, sources.length);
      const finalAfter = (await rows())
        .filter((row) => (row['window'] as Date).getTime() / 1000 === newest)
        .map((row) => (row['written_at'] as Date).getTime() / 1000 - closedBy);
      const objectsAfter = (await pipeline.lastModified()).map((time) => time - closedBy);
      console.log(
        `provisional: p50 ${percentile(ages, 50).toFixed(1)} s, p99 ${percentile(ages, 99).toFixed(1)} s; final rows: ${Math.max(...finalAfter).toFixed(2)} s`,
      );
      expect(Math.max(...finalAfter)).toBeLessThanOrEqual(5);
      // S3 keeps whole seconds.
      expect(Math.max(...objectsAfter)).toBeLessThanOrEqual(6);
    },
  );
});

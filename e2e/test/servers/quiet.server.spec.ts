import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { features } from '@neartime/features';
import { at, line, rawFilePath } from '@neartime/testing';
import { describeWithServers } from '@neartime/testing/servers';
import { beforeAll, expect, it } from 'vitest';
import { Pipeline, until } from './pipeline.ts';
import { type ServiceProcess, buildServices } from './service-process.ts';

const [devices] = features;
/** Seconds. */
const [idleAfter, grace, slack] = [5, 5, 10];
/** Records carry the time at which they were sent, so the log would take those of such an hour for old ones. */
const settings = { TOPIC_RETENTION: '36500d', IDLE_AFTER: `${idleAfter}s`, GRACE: `${grace}s`, EMIT_EVERY: '1s' };

/** The clock of services that are started so: as if it were this time now. */
const shiftTo = (time: number): number => Math.floor(time - Date.now() / 1000);
const clock = (shift: number) => () => Date.now() / 1000 + shift;

/** A file of a source that is named after this second, with one browse of a device. */
async function sendFile(pipeline: Pipeline, source: string, fileTime: number, device: string): Promise<void> {
  const key = rawFilePath(`in/${source}`, new Date(fileTime * 1000).toISOString());
  const content = gzipSync(line({ timestamp: fileTime - 1, device_id: device }));
  await pipeline.putRaw(key, content);
  await pipeline.notify(`s3://${pipeline.raw}/in/${source}/`, [`s3://${pipeline.raw}/${key}`]);
}

const closings = (service: ServiceProcess): string[] =>
  service.lines
    .filter(({ msg }) => msg === 'window closed')
    .map(({ window, partition, rows, lines }) => JSON.stringify([window, partition, rows, lines]))
    .sort();

describeWithServers('sources that go quiet', (servers) => {
  beforeAll(buildServices);

  it(
    'close windows all the same, are not late when they come back, and close the same windows in a replay',
    { timeout: 300_000 },
    async () => {
      await using pipeline = await Pipeline.start(servers, settings);
      const closedAt = async (window: number): Promise<number[]> => {
        const parts = await pipeline.rows('SELECT window, closed_at FROM $.window_parts');
        return parts.filter((part) => Number(part['window']) === window).map((part) => Number(part['closed_at']));
      };
      const start = async (time: number) => {
        const shift = { CLOCK_SHIFT: String(shiftTo(time)) };
        const services = [
          pipeline.run('ingestor', shift),
          pipeline.run('feature-processor', { ...shift, FEATURES: devices.name }),
          pipeline.run('store-writer', { ...shift, LOOK_EVERY: '1s' }),
        ] as const;
        await pipeline.ready();
        return { services, now: clock(Number(shift.CLOCK_SHIFT)) };
      };

      // One goes quiet before the end of a window, two go on.
      const first = await start(at('09:09:10'));
      for (const source of ['a', 'b', 'c']) await sendFile(pipeline, source, Math.floor(first.now()), `${source} 1`);
      while (first.now() < at('09:10:12')) {
        for (const source of ['b', 'c'])
          await sendFile(pipeline, source, Math.floor(first.now()), `${source} ${Math.floor(first.now())}`);
        await sleep(2000);
      }
      const [nine, ten] = [at('09:00:00'), at('09:10:00')];
      await until(
        async () => (await closedAt(nine)).length === 4,
        () => `the window closes\n${pipeline.said()}`,
      );
      for (const closed of await closedAt(nine)) expect(closed - ten).toBeLessThan(idleAfter + grace + slack);
      for (const service of first.services) expect(await service.stop()).toBe(0);
      pipeline.services.length = 0;

      // The quiet one comes back; then all go quiet before the end of the next window.
      const second = await start(at('09:19:20'));
      for (const source of ['a', 'b', 'c'])
        await sendFile(pipeline, source, Math.floor(second.now()), `${source} back`);
      const twenty = at('09:20:00');
      await until(
        async () => (await closedAt(ten)).length === 4,
        () => `the next window closes\n${pipeline.said()}`,
        120,
      );
      for (const closed of await closedAt(ten)) expect(closed - twenty).toBeLessThan(idleAfter + grace + slack);
      for (const { services } of [first, second])
        for (const { lines } of services) expect(lines.filter(({ msg }) => msg === 'events came late')).toEqual([]);
      for (const source of ['a', 'b', 'c'])
        expect(await pipeline.rows(`SELECT final FROM $.${devices.name} WHERE id = ?`, [`${source} back`])).toEqual([
          { final: true },
        ]);

      // The whole topic once more, under another group.
      const closed = [...closings(first.services[1]), ...closings(second.services[1])].sort();
      const replay = pipeline.run('feature-processor', {
        FEATURES: devices.name,
        GROUP_ID: 'replay',
        CLOCK_SHIFT: String(shiftTo(at('12:00'))),
      });
      await until(
        () => closings(replay).length >= closed.length,
        () => `the replay closes as many\n${replay.said()}`,
      );
      expect(closings(replay).filter((one) => closed.includes(one))).toEqual(closed);
      for (const service of pipeline.services) expect(await service.stop()).toBe(0);
    },
  );
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestStack, noCompose } from './test-stack.ts';

const missing = noCompose();
const images = ['ingestor', 'feature-processor', 'store-writer'];
const services = ['ingestor', 'device-last-browse', 'user-last-login', 'user-num-posts', 'store-writer'];
const base = process.env['NODE_IMAGE'] ?? 'node:24-bookworm-slim';

describe.skipIf(missing !== undefined)(
  'the stack of docker-compose.yml',
  missing === undefined ? {} : { meta: { skipped: missing } },
  () => {
    let stack: TestStack;
    let walked: string;
    // Nothing may be there yet, neither images nor packages.
    beforeAll(async () => {
      stack = await TestStack.named();
      walked = await stack.walk();
    }, 900_000);
    afterAll(() => stack.remove(), 120_000);

    it('brings a raw file of now into Cassandra, first provisional and then final, and into SQL over Parquet', () => {
      const [, id] = /of (walk-\w+), in the window/.exec(walked)!;
      const steps = walked.split(/^\d+\. /m).slice(1);
      expect(steps).toHaveLength(7);
      const rows = (step: string) => step.match(/^ +\w+: \w+ = \d+, final = \w+/gm)!.map((row) => row.trim());
      const [provisional, final] = [rows(steps[3]!), rows(steps[4]!)];
      expect(provisional).toHaveLength(3);
      expect(final).toEqual(provisional.map((row) => row.replace('final = false', 'final = true')));
      for (const feature of ['device_last_browse', 'user_last_login', 'user_num_posts'])
        expect(steps[5]).toMatch(new RegExp(`s3://store/features_store/${feature}/.*\\.parquet`));
      expect(steps[6]).toMatch(new RegExp(`│ ${id} │ pl +│ olx`));
    });

    it.each(images)('%s adds less than 150 MB to its base image', async (image) => {
      await stack.docker('image', 'inspect', base).catch(() => stack.docker('pull', '--quiet', base));
      const sizes = async (name: string) =>
        (await stack.docker('history', '--human=false', '--format', '{{.Size}}', name)).split('\n').map(Number);
      const [ours, its] = [await sizes(`neartime-test/${image}`), await sizes(base)];
      const added = ours.slice(0, ours.length - its.length).reduce((sum, size) => sum + size, 0);
      expect(added).toBeGreaterThan(1e6);
      expect(added).toBeLessThan(150e6);
    });

    it.each(services)('%s runs as a user without rights, on a file system that it cannot change', async (service) => {
      expect(await stack.compose('exec', '-T', service, 'id', '-u')).toBe('1000');
      const write = `try { fs.writeFileSync('/app/x', ''); } catch ({ code }) { console.log(code); }`;
      expect(await stack.compose('exec', '-T', service, 'node', '-e', write)).toBe('EROFS');
    });

    it('stops at a SIGTERM: each service within 10 s, with exit code 0', async () => {
      // Who is still there after 10 s is killed, and that is exit code 137.
      await stack.compose('stop', '--timeout', '10', ...services);
      for (const service of services)
        expect([service, await stack.inspect(service, '{{.State.ExitCode}} {{.State.OOMKilled}}')]).toEqual([
          service,
          '0 false',
        ]);
    });

    it.each(images)('%s says what it lacks and ends with exit code 2 when its settings are wrong', async (image) => {
      const { cause, message } = await stack.docker('run', '--rm', '--read-only', `neartime-test/${image}`).then(
        () => ({ cause: 'it started', message: '' }),
        (error: Error) => error,
      );
      expect(message).toContain('KAFKA_BROKERS: is missing');
      expect(cause).toHaveProperty('code', 2);
      expect(await stack.docker('run', '--rm', '--read-only', `neartime-test/${image}`, '--help')).toContain(
        `${image}: `,
      );
    });
  },
);

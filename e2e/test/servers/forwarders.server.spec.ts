import { gzipSync } from 'node:zlib';
import { features } from '@neartime/features';
import { line, rawFilePath } from '@neartime/testing';
import { describeWithServers } from '@neartime/testing/servers';
import { beforeAll, expect, it } from 'vitest';
import { Pipeline, until } from './pipeline.ts';
import { type ServiceProcess, buildServices } from './service-process.ts';

const [devices] = features;
const now = (): number => Math.floor(Date.now() / 1000);

describeWithServers('what says that a raw file is ready', (servers) => {
  beforeAll(buildServices);

  it('is a listing of its bucket, or a request', { timeout: 180_000 }, async () => {
    await using pipeline = await Pipeline.start(servers, { EMIT_EVERY: '1s' });
    const listing = { LISTINGS: `s3://${pipeline.raw}/in/listed/`, LIST_EVERY: '1s', HTTP_TOKEN: 'a secret' };
    const ingestors = [pipeline.run('ingestor', listing), pipeline.run('ingestor', listing)];
    pipeline.run('feature-processor', { FEATURES: devices.name });
    pipeline.run('store-writer', { LOOK_EVERY: '1s' });
    await pipeline.ready();

    const put = async (source: string, device: string): Promise<string> => {
      const key = rawFilePath(source, new Date(now() * 1000).toISOString());
      await pipeline.putRaw(key, gzipSync(line({ timestamp: now() - 1, device_id: device })));
      return `s3://${pipeline.raw}/${key}`;
    };
    const ids = async () => (await pipeline.rows(`SELECT id FROM $.${devices.name}`)).map(({ id }) => id).sort();
    await put('in/listed/olx', 'listed 1');
    await put('in/listed/autos', 'listed 2');
    await until(
      async () => (await ids()).length === 2,
      () => `what is listed is online\n${pipeline.said()}`,
    );

    const path = await put('in/other', 'handed in 😀');
    const post = (headers: Record<string, string>, to: ServiceProcess) =>
      fetch(`${to.url}/files`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ path }),
      });
    expect((await post({}, ingestors[0]!)).status).toBe(401);
    expect((await post({ authorization: 'Bearer a secret' }, ingestors[1]!)).status).toBe(202);
    await until(
      async () => (await ids()).length === 3,
      () => `what was handed in is online\n${pipeline.said()}`,
    );
    expect(await ids()).toEqual(['handed in 😀', 'listed 1', 'listed 2']);
    for (const service of pipeline.services) expect(await service.stop()).toBe(0);
  });
});

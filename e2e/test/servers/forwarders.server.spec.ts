import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@neartime/testing';
import { describeWithServers } from '@neartime/testing/servers';
import { beforeAll, expect, it } from 'vitest';
import { neartime } from '../cli.ts';
import { Pipeline, until } from './pipeline.ts';
import { buildServices } from './service-process.ts';

describeWithServers('the ways by which notices come', (servers) => {
  beforeAll(buildServices);

  it('bring in each file once: a folder that two instances list, one of which is killed, and POST /files', async () => {
    using folder = temporaryFolder();
    const reservoir = join(folder.path, 'reservoir');
    neartime('generate', '--out', reservoir, '--sources', '2', '--files', '3', '--events', '50', '--dirt', '0');

    await using pipeline = await Pipeline.start(servers);
    const env = {
      LISTINGS: `s3://${pipeline.raw}/in/`,
      LIST_EVERY: '1s',
      // The files are of 2018.
      LIST_LOOK_BACK: '3650d',
      HTTP_TOKEN: 'hunter2',
    };
    const ingestors = [pipeline.run('ingestor', env), pipeline.run('ingestor', env)];
    const said = () => ingestors.map((service) => service.said()).join('\n');
    const read = async (count: number) => {
      const files = await pipeline.rows('SELECT path, state FROM $.files');
      return files.filter(({ state }) => state === 'read').length === count;
    };
    await pipeline.ready();
    const [first] = await pipeline.upload(reservoir);
    await until(() => read(6), said);

    const listing = (service: (typeof ingestors)[number]) => service.lines.some(({ msg }) => msg === 'lease taken');
    const [lister, other] = listing(ingestors[0]!) ? ingestors : ingestors.toReversed();
    expect(listing(other!)).toBe(false);
    await lister!.stop('SIGKILL');

    // Outside of what is listed.
    const key = 'posted/2018/08/01/posted-100500.gz';
    const bytes = readFileSync(join(reservoir, first!));
    await pipeline.putRaw(key, bytes);
    const post = (headers: Record<string, string>) =>
      fetch(`${other!.url}/files`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ path: `s3://${pipeline.raw}/${key}` }),
      });
    expect((await post({})).status).toBe(401);
    const answer = await post({ authorization: 'Bearer hunter2' });
    expect([answer.status, await answer.json()]).toEqual([202, { written: 1 }]);
    await until(() => read(7), said);

    await pipeline.putRaw(first!.replace(/\d{6}\.gz$/, '235959.gz'), bytes);
    await until(() => read(8), said);
    expect(listing(other!)).toBe(true);
    const sent = ingestors.flatMap(({ lines }) => lines.filter(({ msg }) => msg === 'file sent'));
    expect(new Set(sent.map(({ path }) => path)).size).toBe(sent.length);
    expect(await other!.stop()).toBe(0);
  }, 240_000);
});

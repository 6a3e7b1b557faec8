import { PutObjectCommand } from '@aws-sdk/client-s3';
import { collected, reservoirContract } from '@neartime/streams/contracts';
import { describeWithServers } from '@neartime/testing/servers';
import { expect, it } from 'vitest';
import { type ListingPart, S3Reservoir } from '../src/index.ts';
import { clientOf, newBucket } from './new-bucket.ts';

describeWithServers('on a server', (servers) => {
  const open = async () => {
    const opened = await newBucket(servers);
    return {
      port: new S3Reservoir(opened),
      fill: async (path: string, content: string | Uint8Array) => {
        const Body = Buffer.from(content as Uint8Array);
        await opened.client.send(new PutObjectCommand({ Bucket: opened.bucket, Key: path, Body }));
      },
      [Symbol.asyncDispose]: opened[Symbol.asyncDispose],
    };
  };
  const paths = async (reservoir: S3Reservoir, part?: ListingPart) =>
    (await collected(reservoir.list(part))).map(({ path }) => path);

  reservoirContract('S3Reservoir', open);

  it('lists in the order of paths, from after one on, and below a prefix', async () => {
    await using opened = await open();
    const files = ['in/a/1.gz', 'in/a/2.gz', 'in/a/2018/x.gz', 'in/b/1.gz', 'in/c.gz'];
    for (const file of files.toReversed()) await opened.fill(file, 'x');
    expect(await paths(opened.port)).toEqual(files);
    expect(await paths(opened.port, { after: 'in/a/2018/x.gz' })).toEqual(files.slice(3));
    expect(await paths(opened.port, { prefix: 'in/a/', after: 'in/a/1.gz' })).toEqual(files.slice(1, 3));
    expect(await paths(opened.port, { after: 'in/c.gz' })).toEqual([]);
  });

  it('lists more than a page', async () => {
    await using opened = await open();
    const files = Array.from({ length: 1_005 }, (_, i) => `in/${String(i).padStart(5, '0')}.gz`);
    for (let i = 0; i < files.length; i += 50)
      await Promise.all(files.slice(i, i + 50).map((file) => opened.fill(file, '')));
    expect(await paths(opened.port)).toEqual(files);
  });

  it('takes a path that no key can be for a missing file', async () => {
    await using opened = await open();
    for (const path of ['', `in/${'x'.repeat(1_100)}.gz`, 'in/\ud800.gz']) {
      await expect(opened.port.stat(path)).rejects.toMatchObject({ name: 'FileRefused', reason: 'missing' });
      await expect(collected(opened.port.open(path))).rejects.toMatchObject({ reason: 'missing' });
    }
  });

  it('has none of the files of a bucket that is not there, which cannot be listed either', async () => {
    await using opened = await newBucket(servers);
    const nowhere = new S3Reservoir({ ...opened, bucket: 'neartime-none' });
    await expect(nowhere.stat('in/a.gz')).rejects.toMatchObject({ name: 'FileRefused', reason: 'missing' });
    await expect(collected(nowhere.open('in/a.gz'))).rejects.toMatchObject({ reason: 'missing' });
    const failure = {
      name: 'StoreError',
      message: expect.stringContaining('there is no such bucket'),
      retriable: false,
    };
    await expect(paths(nowhere)).rejects.toMatchObject(failure);
  });

  it('does not take wrong credentials for missing files', async () => {
    await using opened = await newBucket(servers);
    const nobody = new S3Reservoir({ ...opened, client: clientOf(servers, { accessKeyId: 'nobody' }) });
    const why = expect.stringContaining('the credentials are wrong');
    const failure = { name: 'StoreError', message: why, retriable: false };
    await expect(paths(nobody)).rejects.toMatchObject(failure);
    await expect(nobody.stat('in/a.gz')).rejects.toMatchObject(failure);
    await expect(collected(nobody.open('in/a.gz'))).rejects.toMatchObject(failure);
  });
});

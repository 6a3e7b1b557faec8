import {
  collected,
  describedObjectStoreContract,
  objectStoreContract,
  versionedObjectStoreContract,
} from '@neartime/streams/contracts';
import { describeWithServers } from '@neartime/testing/servers';
import { expect, it } from 'vitest';
import { S3ObjectStore } from '../src/index.ts';
import { clientOf, newBucket } from './new-bucket.ts';

const ifNone = { ifNoneMatch: '*' } as const;
const one = new TextEncoder().encode('one');

describeWithServers('on a server', (servers) => {
  const openAt = (prefix: string) => async () => {
    const opened = await newBucket(servers);
    return { port: new S3ObjectStore({ ...opened, prefix }), [Symbol.asyncDispose]: opened[Symbol.asyncDispose] };
  };

  objectStoreContract('S3ObjectStore', openAt(''));
  objectStoreContract('S3ObjectStore below a prefix', openAt('stores/a/'));
  describedObjectStoreContract('S3ObjectStore', openAt('stores/a/'));
  versionedObjectStoreContract('S3ObjectStore', openAt('stores/a/'));

  it('keeps to its prefix', async () => {
    await using opened = await newBucket(servers);
    const whole = new S3ObjectStore(opened);
    await whole.put('stores/b/x', one, ifNone);
    const store = new S3ObjectStore({ ...opened, prefix: 'stores/a/' });
    await store.put('x', one, ifNone);
    expect(await collected(store.list(''))).toEqual(['x']);
    expect((await collected(whole.list(''))).sort()).toEqual(['stores/a/x', 'stores/b/x']);
  });

  it.each(['a b+c%=&?#', 'żółw 😀', '%41', 'a;"quoted",<tag>&amp;'])('keeps an object by the name %j', async (name) => {
    await using opened = await newBucket(servers);
    const store = new S3ObjectStore(opened);
    const etag = await store.put(name, one, ifNone);
    expect(await store.head(name)).toBe(etag);
    expect(Buffer.from((await store.get(name))!).toString()).toBe('one');
    expect(await collected(store.list(''))).toEqual([name]);
  });

  it('says that there is no such bucket, whatever it is asked', async () => {
    const store = new S3ObjectStore({ client: clientOf(servers), bucket: 'neartime-none' });
    const failure = (doing: string, key = 'a') => ({
      name: 'StoreError',
      message: `s3: cannot ${doing} s3://neartime-none/${key}: there is no such bucket; create it or name another (NoSuchBucket)`,
      retriable: false,
    });
    await expect(store.head('a')).rejects.toMatchObject(failure('read'));
    await expect(store.describe('a')).rejects.toMatchObject(failure('read'));
    await expect(store.get('a')).rejects.toMatchObject(failure('read'));
    await expect(store.put('a', one, ifNone)).rejects.toMatchObject(failure('write'));
    await expect(store.put('a', one, { ifMatch: 'b' })).rejects.toMatchObject(failure('write'));
    await expect(collected(store.list(''))).rejects.toMatchObject(failure('list', ''));
  });

  it.each([{ secretAccessKey: 'another' }, { accessKeyId: 'nobody' }])('says of %j that it is wrong', async (other) => {
    await using opened = await newBucket(servers);
    const store = new S3ObjectStore({ ...opened, client: clientOf(servers, other) });
    const wrong = {
      name: 'StoreError',
      message: expect.stringContaining('the credentials are wrong; give others'),
      retriable: false,
    };
    await expect(store.head('a')).rejects.toMatchObject(wrong);
    await expect(store.get('a')).rejects.toMatchObject(wrong);
    await expect(store.put('a', one, ifNone)).rejects.toMatchObject(wrong);
    await expect(collected(store.list(''))).rejects.toMatchObject(wrong);
  });
});

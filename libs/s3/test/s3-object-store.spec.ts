import { expect, it } from 'vitest';
import { S3ObjectStore } from '../src/index.ts';
import { error, localServer, lost, object, partOf } from './local-server.ts';

const bucket = 'store';
const name = 'features_store/a/part-00000.parquet';
const one = new TextEncoder().encode('one');
const ifNone = { ifNoneMatch: '*' } as const;

it('puts again when another put of the object was under way', async () => {
  await using server = await localServer([error(409, 'ConditionalRequestConflict'), object()]);
  expect(await new S3ObjectStore({ ...server, bucket }).put(name, one, ifNone)).toBe('e1');
  expect(server.asked).toEqual(['PUT', 'PUT']);
});

it('says so when others write an object all the time; trying again may help', async () => {
  await using server = await localServer([error(409, 'ConditionalRequestConflict')]);
  await expect(new S3ObjectStore({ ...server, bucket }).put(name, one, ifNone)).rejects.toMatchObject({
    name: 'StoreError',
    message: `s3: cannot write s3://store/${name}: others write it at the same time (ConditionalRequestConflict)`,
    retriable: true,
  });
});

it('puts again when the server is briefly unable', async () => {
  await using server = await localServer([error(503, 'SlowDown'), object()]);
  expect(await new S3ObjectStore({ ...server, bucket }).put(name, one, ifNone)).toBe('e1');
});

it('says that it may not write', async () => {
  await using server = await localServer([error(403, 'AccessDenied')]);
  await expect(new S3ObjectStore({ ...server, bucket }).put(name, one, ifNone)).rejects.toMatchObject({
    name: 'StoreError',
    message: `s3: cannot write s3://store/${name}: these credentials may not; grant it to them or give others (AccessDenied)`,
    retriable: false,
  });
});

const refused = error(412, 'PreconditionFailed');

it('knows its own object when the answer to the put that wrote it was lost', async () => {
  await using server = await localServer([lost, refused, object('one', { 'x-amz-meta-revision': '3' })]);
  expect(await new S3ObjectStore({ ...server, bucket }).put(name, one, ifNone, { revision: '3' })).toBe('e1');
  expect(server.asked).toEqual(['PUT', 'PUT', 'GET']);
});

it.each([
  { what: 'other bytes', standing: object('two', { 'x-amz-meta-revision': '3' }) },
  { what: 'another revision', standing: object('one', { 'x-amz-meta-revision': '2' }) },
])('does not take an object of $what for its own', async ({ standing }) => {
  await using server = await localServer([lost, refused, standing]);
  const store = new S3ObjectStore({ ...server, bucket });
  expect(await store.put(name, one, ifNone, { revision: '3' })).toBeUndefined();
});

it('does not take the same object, which another wrote before it, for its own', async () => {
  await using server = await localServer([refused, object('one')]);
  expect(await new S3ObjectStore({ ...server, bucket }).put(name, one, ifNone)).toBeUndefined();
  expect(server.asked).toEqual(['PUT']);
});

it('reads an object again whose bytes did not come whole', async () => {
  await using server = await localServer([partOf('o', { breaksOff: true }), object('one')]);
  expect(Buffer.from((await new S3ObjectStore({ ...server, bucket }).get(name))!).toString()).toBe('one');
});

it('says so when an object never comes whole; trying again may help', async () => {
  await using server = await localServer([partOf('o', { breaksOff: false })]);
  await expect(new S3ObjectStore({ ...server, bucket, stallMs: 30 }).get(name)).rejects.toMatchObject({
    name: 'StoreError',
    message: `s3: cannot read s3://store/${name}: its bytes did not come whole: none came for 30 ms`,
    retriable: true,
  });
});

it('gives metadata that others wrote as it stands', async () => {
  await using server = await localServer([object('', { 'x-amz-meta-share': '100%' })]);
  expect(await new S3ObjectStore({ ...server, bucket }).describe(name)).toEqual({
    etag: 'e1',
    metadata: { share: '100%' },
  });
});

import { collected } from '@neartime/streams/contracts';
import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { S3Reservoir } from '../src/index.ts';
import { error, localServer, lost, object, partOf, silence, xml } from './local-server.ts';

const bucket = 'raw';
const path = 'in/a.gz';

it('gives what came of a body that breaks off, then says so; trying again may help', async () => {
  await using server = await localServer([partOf('packed', { breaksOff: true })]);
  const pieces: string[] = [];
  const reading = (async () => {
    for await (const piece of new S3Reservoir({ ...server, bucket }).open(path))
      pieces.push(Buffer.from(piece).toString());
  })();
  await expect(reading).rejects.toMatchObject({
    name: 'StoreError',
    message: `s3: cannot read s3://raw/in/a.gz: its bytes did not come whole: aborted`,
    retriable: true,
  });
  expect(pieces).toEqual(['packed']);
  expect(server.asked).toEqual(['GET']);
});

it('waits for a body that stalls as long as it was told to', async () => {
  await using server = await localServer([partOf('packed', { breaksOff: false })]);
  const opened = new S3Reservoir({ ...server, bucket, stallMs: 50 }).open(path);
  await expect(collected(opened)).rejects.toMatchObject({
    name: 'StoreError',
    message: 's3: cannot read s3://raw/in/a.gz: its bytes did not come whole: none came for 50 ms',
    retriable: true,
  });
});

it('does not take a reader that takes its time for a body that stalls', async () => {
  const body = Buffer.alloc(4_000_000, 'packed');
  await using server = await localServer([object(body)], { answerMs: 50 });
  let size = 0;
  for await (const piece of new S3Reservoir({ ...server, bucket, stallMs: 50 }).open(path)) {
    if (size === 0) await setTimeout(200);
    size += piece.length;
  }
  expect(size).toBe(body.length);
});

it('takes a body whose bytes are not those of its checksum for one that did not come whole', async () => {
  await using server = await localServer([object('packed', { 'x-amz-checksum-crc32': 'AAAAAA==' })]);
  await expect(collected(new S3Reservoir({ ...server, bucket }).open(path))).rejects.toMatchObject({
    message: expect.stringContaining('its bytes did not come whole: Checksum mismatch'),
    retriable: true,
  });
});

it('ends the connection when no more of a body is taken', async () => {
  let closed: Promise<unknown> | undefined;
  await using server = await localServer([
    (response, request) => {
      closed = new Promise((resolve) => response.on('close', resolve));
      partOf('packed', { breaksOff: false })(response, request);
    },
  ]);
  for await (const _ of new S3Reservoir({ ...server, bucket }).open(path)) break;
  await closed;
});

it('asks again when the server is briefly unable, or a connection breaks off before the answer', async () => {
  await using server = await localServer([error(503, 'SlowDown'), lost, object('packed')]);
  const pieces = await collected(new S3Reservoir({ ...server, bucket }).open(path));
  expect(Buffer.concat(pieces).toString()).toBe('packed');
  expect(server.asked).toHaveLength(3);
});

it.each([
  { why: 'the server cannot do it now (InternalError)', answer: error(500, 'InternalError') },
  { why: 'the connection broke off (ECONNRESET)', answer: lost },
  { why: 'the server does not answer in time (ETIMEDOUT)', answer: silence },
])('says that $why when it stays so; trying again may help', async ({ why, answer }) => {
  await using server = await localServer([answer], { answerMs: 100 });
  const reservoir = new S3Reservoir({ ...server, bucket });
  const failure = { name: 'StoreError', message: `s3: cannot read s3://raw/in/a.gz: ${why}`, retriable: true };
  await expect(collected(reservoir.open(path))).rejects.toMatchObject(failure);
});

it('says that a server cannot be reached; trying again may help', async () => {
  const server = await localServer([silence]);
  await server[Symbol.asyncDispose]();
  const reservoir = new S3Reservoir({ ...server, bucket });
  await expect(reservoir.stat(path)).rejects.toMatchObject({
    name: 'StoreError',
    message:
      's3: cannot read s3://raw/in/a.gz: the server cannot be reached; look at the endpoint and the network (ECONNREFUSED)',
    retriable: true,
  });
});

it('refuses a file that it may not read, and says of a whole bucket that it may not', async () => {
  await using server = await localServer([error(403, 'AccessDenied')]);
  const reservoir = new S3Reservoir({ ...server, bucket });
  const forbidden = { name: 'FileRefused', reason: 'forbidden' };
  await expect(collected(reservoir.open(path))).rejects.toMatchObject(forbidden);
  await expect(reservoir.stat(path)).rejects.toMatchObject(forbidden);
  await expect(collected(reservoir.list())).rejects.toMatchObject({
    name: 'StoreError',
    message: 's3: cannot list s3://raw/in/: these credentials may not; grant it to them or give others (AccessDenied)',
    retriable: false,
  });
});

it('shows a file that came between the HEAD that missed it and the GET that asks why', async () => {
  await using server = await localServer([error(404, 'NoSuchKey'), object('packed')]);
  expect(await new S3Reservoir({ ...server, bucket }).stat(path)).toEqual({ path, size: 6, version: 'e1' });
  expect(server.asked).toEqual(['HEAD', 'GET']);
});

it('asks for a page of the listing when it is needed, and takes keys as the server encodes them', async () => {
  const page = (key: string, more: string) =>
    xml(
      `<ListBucketResult><EncodingType>url</EncodingType>${more}` +
        `<Contents><Key>${key}</Key><Size>6</Size><ETag>&quot;e1&quot;</ETag></Contents></ListBucketResult>`,
    );
  const more = '<IsTruncated>true</IsTruncated><NextContinuationToken>next</NextContinuationToken>';
  await using server = await localServer([page('in/a+b%2B%01.gz', more), page('in/c.gz', '')]);
  const asked: number[] = [];
  const paths: string[] = [];
  for await (const file of new S3Reservoir({ ...server, bucket }).list()) {
    asked.push(server.asked.length);
    paths.push(file.path);
  }
  expect(paths).toEqual(['in/a b+\u0001.gz', 'in/c.gz']);
  expect(asked).toEqual([1, 2]);
});

import type { AddressInfo } from 'node:net';
import { type Check, HEALTH_SOURCES, Secret } from '@neartime/service';
import { type LogAppend, type LogWriter, StoreError } from '@neartime/streams';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { describe, expect, it } from 'vitest';
import { FilesController } from '../../src/forwarders/http/files-controller.ts';
import { NoticeDoor } from '../../src/forwarders/http/notice-door.ts';
import { HTTP_TOKEN } from '../../src/forwarders/http/token-guard.ts';
import { NoticeWriter } from '../../src/forwarders/notice-writer.ts';
import { SetClock } from '../set-clock.ts';
import { NoticesLog, partitions } from './notices-log.ts';

/** An ingestor's HTTP, whose log is there when a test opens the door. */
class Service implements AsyncDisposable {
  readonly log: NoticesLog;
  readonly door: NoticeDoor;
  readonly #url: string;
  readonly #close: () => Promise<void>;

  private constructor(log: NoticesLog, door: NoticeDoor, url: string, close: () => Promise<void>) {
    this.log = log;
    this.door = door;
    this.#url = url;
    this.#close = close;
  }

  static async start({ token, withinMs }: { token?: string; withinMs?: number } = {}): Promise<Service> {
    const door = new NoticeDoor(withinMs);
    const starting = {
      name: 'ingestor',
      live: () => ({ ok: true }),
      ready: (): Check => ({ ok: false, why: 'it waits: kafka: down' }),
    };

    @Module({
      controllers: [FilesController],
      providers: [
        { provide: NoticeDoor, useValue: door },
        { provide: HEALTH_SOURCES, useValue: [starting] },
        { provide: HTTP_TOKEN, useValue: token && new Secret(token) },
      ],
    })
    class ServiceModule {}

    const app = await NestFactory.create(ServiceModule, {
      logger: false,
      bodyParser: false,
      forceCloseConnections: true,
    });
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as AddressInfo;
    return new Service(await NoticesLog.make(), door, `http://127.0.0.1:${port}/files`, () => app.close());
  }

  open(log: LogWriter = this.log): void {
    this.door.open(new NoticeWriter({ log, clock: new SetClock('2018-08-01T10:00:00Z'), partitions }));
  }

  async post(body: unknown, headers: Record<string, string> = {}): Promise<{ status: number; answer: unknown }> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(this.#url, {
      method: 'POST',
      body: text,
      headers: { 'content-type': 'application/json', ...headers },
    });
    return { status: response.status, answer: await response.json() };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close();
  }
}

const path = (i: number) => `s3://raw/in/source ${i % 7}/2018/08/01/f-${String(i).padStart(6, '0')}.gz`;
const paths = (count: number) => Array.from({ length: count }, (_, i) => path(i));

describe('POST /files', () => {
  it('writes one path, many, an S3 event, and "complete up to", and says how many', async () => {
    await using service = await Service.start();
    service.open();
    const complete = { source: 's3://raw/in/a/', completeUpTo: '2018-08-01T10:00:00Z' };
    const s3 = (key: string) => ({ s3: { bucket: { name: 'raw' }, object: { key } } });
    expect(await service.post({ path: path(0) })).toEqual({ status: 202, answer: { written: 1 } });
    expect(await service.post({ paths: [path(1), path(2)] })).toEqual({ status: 202, answer: { written: 2 } });
    expect(await service.post({ Records: [s3('in/b/2018/08/01/f+g-000000.gz'), s3('in/c.gz')] })).toEqual({
      status: 202,
      answer: { written: 2 },
    });
    expect(await service.post(complete)).toEqual({ status: 202, answer: { written: 1 } });
    expect(await service.post({ Event: 's3:TestEvent' })).toEqual({ status: 202, answer: { written: 0 } });
    expect(service.log.notices.sort()).toEqual(
      [
        ...paths(3),
        's3://raw/in/b/2018/08/01/f g-000000.gz',
        's3://raw/in/c.gz',
        JSON.stringify({ ...complete, completeUpTo: '2018-08-01T10:00:00.000Z' }),
      ].sort(),
    );
  });

  it('takes ten thousand at once, and no more', async () => {
    await using service = await Service.start();
    service.open();
    expect((await service.post({ paths: paths(10_001) })).status).toBe(413);
    expect(service.log.notices).toEqual([]);
    expect(await service.post({ paths: paths(10_000) })).toEqual({ status: 202, answer: { written: 10_000 } });
    expect(service.log.notices.sort()).toEqual(paths(10_000).sort());
    expect((await service.post('x'.repeat(16_000_001))).status).toBe(413);
  });

  it.each([
    ['no JSON', 'it is no JSON', '{'],
    ['nothing', 'it is no JSON', ''],
    ['neither of the forms', 'has neither "path" nor "paths"', { file: path(0) }],
    ['a path that is none', 'expected string', { path: 7 }],
    ['more than a path', 'Unrecognized key', { path: path(0), paths: [] }],
    ['an end that is no time', 'neither an S3 event', { source: 's3://raw/in/a/', completeUpTo: 'ten' }],
  ])('refuses %s', async (_, why, body) => {
    await using service = await Service.start();
    service.open();
    const { status, answer } = await service.post(body);
    expect(status).toBe(400);
    expect(answer).toMatchObject({ faults: [{ why: expect.stringContaining(why) as string }] });
    expect(service.log.notices).toEqual([]);
  });

  it('writes nothing when one item of many is bad, and says which and why', async () => {
    await using service = await Service.start();
    service.open();
    expect(await service.post({ paths: [path(0), 's3://raw', path(1), '/tmp/a.gz'] })).toMatchObject({
      status: 400,
      answer: {
        faults: [
          { item: 1, why: 'it is no s3://bucket/key path' },
          { item: 3, why: 'it is no s3://bucket/key path' },
        ],
      },
    });
    expect(await service.post({ paths: [path(0), null] })).toMatchObject({
      status: 400,
      answer: { faults: [{ item: 1, why: expect.stringContaining('expected string') as string }] },
    });
    expect(service.log.notices).toEqual([]);
  });

  it('lets in only who brings the token, where there is one', async () => {
    await using service = await Service.start({ token: 'hunter2' });
    service.open();
    const body = { path: path(0) };
    for (const authorization of [undefined, 'Bearer hunter', 'Bearer hunter22', 'Bearer ', 'Basic hunter2', 'hunter2'])
      expect((await service.post(body, authorization === undefined ? {} : { authorization })).status).toBe(401);
    expect(service.log.notices).toEqual([]);
    expect((await service.post(body, { authorization: 'Bearer hunter2' })).status).toBe(202);
  });

  it('answers 503 with the reason while the service waits for its servers, and when it stops', async () => {
    await using service = await Service.start();
    const closed = { status: 503, answer: { message: 'it waits: kafka: down' } };
    expect(await service.post({ path: path(0) })).toMatchObject(closed);
    service.open();
    expect((await service.post({ path: path(0) })).status).toBe(202);
    service.door.close();
    expect(await service.post({ path: path(0) })).toMatchObject(closed);
    expect(service.log.notices).toEqual([path(0)]);
  });

  it('tries again when the log fails for a moment', async () => {
    await using service = await Service.start();
    let failures = 2;
    service.open({
      append: async (appends: readonly LogAppend[]) => {
        if (failures-- > 0) throw new StoreError('kafka: no leader', { retriable: true });
        await service.log.append(appends);
      },
    });
    expect(await service.post({ path: path(0) })).toEqual({ status: 202, answer: { written: 1 } });
    expect(service.log.notices).toEqual([path(0)]);
  });

  it.each([
    [
      'fails all the time',
      () => Promise.reject(new StoreError('kafka: no leader', { retriable: true })),
      'kafka: no leader',
    ],
    ['refuses', () => Promise.reject(new StoreError('kafka: not allowed')), 'kafka: not allowed'],
    ['does not answer', () => new Promise<never>(() => undefined), 'the log has not answered for 30 ms'],
  ])('answers 503 with the reason when the log %s', async (_, append, message) => {
    await using service = await Service.start({ withinMs: 30 });
    service.open({ append });
    expect(await service.post({ path: path(0) })).toMatchObject({ status: 503, answer: { message } });
  });

  it('lets nobody wait behind too many that the log has not answered', async () => {
    await using service = await Service.start({ withinMs: 30 });
    service.open({ append: () => new Promise<never>(() => undefined) });
    const statuses = await Promise.all(paths(64).map(async (one) => (await service.post({ path: one })).status));
    expect(new Set(statuses)).toEqual(new Set([503]));
    expect(await service.post({ path: path(64) })).toMatchObject({
      status: 503,
      answer: { message: 'too many requests wait for the log' },
    });
  });
});

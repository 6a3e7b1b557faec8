import type { AddressInfo } from 'node:net';
import { type INestApplication, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Check, HEALTH_SOURCES, HealthModule, type HealthSource } from '../src/health/index.ts';

/** A source that answers what the test says. */
class Source implements HealthSource {
  readonly name: string;
  answers: { live: () => Check; ready: () => Check } = wellAndReady;

  constructor(name: string) {
    this.name = name;
  }

  live(): Check {
    return this.answers.live();
  }

  ready(): Check {
    return this.answers.ready();
  }
}

const well = (): Check => ({ ok: true });
const wellAndReady = { live: well, ready: well };
const consumer = new Source('consumer');
const store = new Source('store');

@Module({ providers: [{ provide: HEALTH_SOURCES, useValue: [consumer, store] }], exports: [HEALTH_SOURCES] })
class ServiceModule {}

let app: INestApplication;
let address = '';
beforeAll(async () => {
  app = await NestFactory.create(HealthModule.of(ServiceModule), { logger: false });
  await app.listen(0, '127.0.0.1');
  address = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}/health`;
});
afterAll(() => app.close());
beforeEach(() => {
  consumer.answers = store.answers = wellAndReady;
});

async function asked(what: 'live' | 'ready'): Promise<{ status: number; states: unknown }> {
  const response = await fetch(`${address}/${what}`);
  const { details } = (await response.json()) as { details: unknown };
  return { status: response.status, states: details };
}

describe('a service', () => {
  it('is live and ready while all of its sources are', async () => {
    const states = { consumer: { status: 'up' }, store: { status: 'up' } };
    expect(await asked('live')).toEqual({ status: 200, states });
    expect(await asked('ready')).toEqual({ status: 200, states });
  });

  it('is live but not ready while one source waits, and says which and why', async () => {
    store.answers = { live: well, ready: () => ({ ok: false, why: 'no node answers', details: { nodes: 0 } }) };
    expect((await asked('live')).status).toBe(200);
    expect(await asked('ready')).toEqual({
      status: 503,
      states: { consumer: { status: 'up' }, store: { status: 'down', why: 'no node answers', nodes: 0 } },
    });
    store.answers = wellAndReady;
    expect((await asked('ready')).status).toBe(200);
  });

  it('is not live when one source is not', async () => {
    consumer.answers = { live: () => ({ ok: false, why: 'no poll for 320 s' }), ready: well };
    expect(await asked('live')).toMatchObject({
      status: 503,
      states: { consumer: { status: 'down', why: 'no poll for 320 s' } },
    });
  });

  it('is not well when a source cannot say how it is', async () => {
    const broken = () => {
      throw new Error('closed');
    };
    consumer.answers = { live: broken, ready: broken };
    expect(await asked('live')).toMatchObject({ status: 503, states: { consumer: { status: 'down', why: 'closed' } } });
  });

  it('says further facts of a source that is well', async () => {
    consumer.answers = { live: () => ({ ok: true, details: { lastPollSeconds: 2 } }), ready: well };
    expect((await asked('live')).states).toMatchObject({ consumer: { status: 'up', lastPollSeconds: 2 } });
  });
});

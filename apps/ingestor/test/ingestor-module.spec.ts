import type { AddressInfo } from 'node:net';
import { CLOCK, LOGGER, readConfig, serviceLogger } from '@neartime/service';
import { systemClock } from '@neartime/streams';
import { Global, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { expect, it } from 'vitest';
import { settings } from '../src/config.ts';
import { IngestorModule } from '../src/ingestor.module.ts';
import { until } from './until.ts';

/** Nobody listens there. */
const nowhere = '127.0.0.1:1';
const environment = {
  KAFKA_BROKERS: nowhere,
  SCHEMA_REGISTRY_URL: `http://${nowhere}`,
  CASSANDRA_CONTACT_POINTS: nowhere,
  LISTINGS: 's3://raw/in/',
  KINESIS_STREAM: 'notices',
};

@Global()
@Module({
  providers: [
    { provide: LOGGER, useValue: serviceLogger('ingestor', 'fatal') },
    { provide: CLOCK, useValue: systemClock },
  ],
  exports: [LOGGER, CLOCK],
})
class BaseModule {}

async function started(env: Record<string, string>) {
  const ingestor = IngestorModule.of(readConfig({ ...environment, ...env }, settings));

  @Module({ imports: [BaseModule, ingestor] })
  class RootModule {}

  const app = await NestFactory.create(RootModule, { logger: false, bodyParser: false, forceCloseConnections: true });
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  const post = () =>
    fetch(`http://127.0.0.1:${port}/files`, { method: 'POST', body: '{"path": "s3://raw/a/2018/08/01/f-000000.gz"}' });
  return { post, [Symbol.asyncDispose]: () => app.close() };
}

it('answers POST /files while it waits for its servers, with what it waits for', async () => {
  await using service = await started({});
  const message = async () => ((await (await service.post()).json()) as { message: string }).message;
  expect((await service.post()).status).toBe(503);
  await until(async () => (await message()).includes('kafka'), 'it says that it waits for kafka');
});

it('has no POST /files where that is switched off', async () => {
  await using service = await started({ HTTP_FILES: 'false' });
  expect((await service.post()).status).toBe(404);
});

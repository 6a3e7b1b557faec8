import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import { eventRecord } from '@neartime/schemas';
import { StoreError } from '@neartime/streams';
import { schemaRegistryContract } from '@neartime/streams/contracts';
import { describeWithServers } from '@neartime/testing/servers';
import { describe, expect, it } from 'vitest';
import { ConfluentRegistry } from '../src/index.ts';

describeWithServers('a registry with Confluent paths', (servers) => {
  schemaRegistryContract('ConfluentRegistry', async () => ({
    port: new ConfluentRegistry({ url: servers.registry, clientId: 'test' }),
    [Symbol.asyncDispose]: async () => undefined,
  }));
});

describeWithServers('a registry that others use, too', (servers) => {
  it('says of what is no record of Avro that it is something else', async () => {
    const registry = new ConfluentRegistry({ url: servers.registry, clientId: 'test' });
    const put = async (body: object): Promise<number> => {
      const answer = await fetch(`${servers.registry}/subjects/${randomUUID()}/versions`, {
        method: 'POST',
        headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
        body: JSON.stringify(body),
      });
      return ((await answer.json()) as { id: number }).id;
    };
    expect(
      await registry.schema(
        await put({ schemaType: 'PROTOBUF', schema: 'syntax = "proto3"; message A { string b = 1; }' }),
      ),
    ).toBe('other');
    expect(await registry.schema(await put({ schema: '"string"' }))).toBe('other');
    const id = await put({ schema: JSON.stringify(eventRecord) });
    expect(await registry.schema(id)).toMatchObject({ name: eventRecord.name });
  });
});

describe('a registry that does not answer', () => {
  it('may answer later', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    server.close();
    const registry = new ConfluentRegistry({ url: `http://127.0.0.1:${port}`, clientId: 'test' });
    const error = await registry.register(eventRecord).catch((one: unknown) => one);
    expect(error).toBeInstanceOf(StoreError);
    expect((error as StoreError).retriable).toBe(true);
    expect((error as StoreError).message).toMatch(/^registry: neartime.Event is refused: .*ECONNREFUSED/);
  });
});

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

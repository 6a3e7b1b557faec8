import { randomUUID } from 'node:crypto';
import { Socket } from 'node:net';
import type { GroupMember } from '@neartime/streams';
import { type Servers, describeWithServers } from '@neartime/testing/servers';
import kafkajs, { type ISocketFactory, Kafka, logLevel } from 'kafkajs';
import { compressFrame } from 'lz4-napi';
import { compress as snappyBlock } from 'snappy';
import { expect, it, vi } from 'vitest';
import { KafkaReader, KafkaTopics, kafkaClient } from '../src/index.ts';

const { CompressionCodecs, CompressionTypes } = kafkajs;

/** Packs as others do; our own clients only read what is packed so. */
function packWith(type: 'Snappy' | 'LZ4', pack: (records: Buffer) => Promise<Buffer>): void {
  const reading = CompressionCodecs[CompressionTypes[type]] as () => {
    decompress: (payload: Buffer) => Promise<Buffer>;
  };
  const { decompress } = reading();
  CompressionCodecs[CompressionTypes[type]] = () => ({
    compress: ({ buffer }: { buffer: Buffer }) => pack(buffer),
    decompress,
  });
}

async function newTopic(client: Kafka): Promise<string> {
  const topic = `batches-${randomUUID()}`;
  const topics = await KafkaTopics.connect(client);
  await topics.ensure([{ topic, partitions: 1, retentionMs: 3_600_000 }]);
  await topics[Symbol.asyncDispose]();
  return topic;
}

async function send(client: Kafka, topic: string, value: string, type: 'None' | 'Snappy' | 'LZ4'): Promise<void> {
  const producer = client.producer();
  await producer.connect();
  const messages = Array.from({ length: 500 }, (_, i) => ({ partition: 0, value: `${value} ${i}` }));
  await producer.send({ topic, messages, compression: CompressionTypes[type], acks: -1 });
  await producer.disconnect();
}

/** Joins, and gives what its worker is told. */
async function read(client: Kafka, topic: string) {
  const values: string[] = [];
  const troubles: string[] = [];
  const member: GroupMember = await new KafkaReader(client, { sessionTimeoutMs: 10_000, waitMs: 50 }).join({
    ...{ groupId: `batches-${randomUUID()}`, topics: [topic] },
    onTrouble: ({ message }) => void troubles.push(message),
    open: async ({ beginning }) => ({
      from: beginning,
      take: async (records) => void values.push(...records.map(({ value }) => Buffer.from(value).toString())),
      commit: () => undefined,
    }),
  });
  return { values, troubles, member };
}

describeWithServers('Kafka', (servers: Servers) => {
  it('is read also where others have packed their batches with snappy or lz4', async () => {
    const client = kafkaClient({ brokers: [servers.kafka], clientId: 'test' });
    packWith('Snappy', (records) => snappyBlock(records));
    packWith('LZ4', (records) => compressFrame(records));
    const topic = await newTopic(client);
    for (const type of ['Snappy', 'None', 'LZ4'] as const) await send(client, topic, type, type);
    const { values, troubles, member } = await read(client, topic);
    await vi.waitFor(() => expect(values).toHaveLength(1500), { timeout: 30_000 });
    expect(values.map((value) => value.split(' ')[0])).toEqual(
      ['Snappy', 'None', 'LZ4'].flatMap((type) => Array<string>(500).fill(type)),
    );
    expect(troubles).toEqual([]);
    await member[Symbol.asyncDispose]();
  });

  it('is read past the ends of others’ transactions', async () => {
    const client = kafkaClient({ brokers: [servers.kafka], clientId: 'test' });
    const topic = await newTopic(client);
    const producer = client.producer({ transactionalId: randomUUID(), idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    for (const value of ['a', 'b']) {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: [{ partition: 0, value }], acks: -1 });
      await transaction.commit();
    }
    await producer.disconnect();
    await send(client, topic, 'c', 'None');
    const { values, troubles, member } = await read(client, topic);
    await vi.waitFor(() => expect(values).toHaveLength(502), { timeout: 30_000 });
    expect(values.slice(0, 3)).toEqual(['a', 'b', 'c 0']);
    expect(member.lag).toBe(0);
    expect(troubles).toEqual([]);
    await member[Symbol.asyncDispose]();
  });

  it('stops a partition whose records come garbled, and gives them once they come as they were sent', async () => {
    const plain = kafkaClient({ brokers: [servers.kafka], clientId: 'test' });
    const line = { isGarbled: true };
    const garbled = new Kafka({
      ...{ brokers: [servers.kafka], clientId: 'test', logLevel: logLevel.NOTHING },
      socketFactory: socketsThat(() => line.isGarbled, 'what was sent', 'what WAS sent'),
    });
    const topic = await newTopic(plain);
    await send(plain, topic, 'what was sent', 'None');
    const { values, troubles, member } = await read(garbled, topic);
    await vi.waitFor(() => expect(troubles.length).toBeGreaterThan(0), { timeout: 30_000 });
    expect(troubles[0]).toContain(`${topic}[0]: the broker gives a damaged batch at 0: its checksum is wrong`);
    expect(values).toEqual([]);
    line.isGarbled = false;
    await vi.waitFor(() => expect(values).toHaveLength(500), { timeout: 30_000 });
    expect(values[499]).toBe('what was sent 499');
    await member[Symbol.asyncDispose]();
  });
});

/** Sockets on whose way a text becomes another of the same length, as long as that is so. */
function socketsThat(isGarbled: () => boolean, from: string, to: string): ISocketFactory {
  return ({ host, port, onConnect }) => {
    const socket = new Socket().connect({ host, port }, onConnect);
    const emit = socket.emit.bind(socket) as (name: string, ...args: unknown[]) => boolean;
    socket.emit = ((name: string, ...args: unknown[]) => {
      const piece = name === 'data' && isGarbled() ? (args[0] as Buffer) : undefined;
      const at = piece?.indexOf(from) ?? -1;
      if (at >= 0) piece!.write(to, at);
      return emit(name, ...args);
    }) as typeof socket.emit;
    return socket;
  };
}

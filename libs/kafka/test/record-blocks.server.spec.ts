import { randomUUID } from 'node:crypto';
import { type LogRecord, type LoggedRecord, RecordBlock } from '@neartime/streams';
import { describeWithServers } from '@neartime/testing/servers';
import { expect, it, vi } from 'vitest';
import { type Compression, KafkaReader, KafkaTopics, KafkaWriter, kafkaClient } from '../src/index.ts';

const compressions: readonly Compression[] = ['none', 'gzip', 'zstd'];

const recordsFrom = (first: number, count: number): LogRecord[] =>
  Array.from({ length: count }, (_, i) => ({
    key: (first + i) % 7 === 0 ? null : Buffer.from(`key ${first + i}`),
    value: Buffer.from(`${'value '.repeat((first + i) % 40)}${first + i}`),
    timestamp: 1_795_000_000_000 + first,
  }));

function blockOf(records: readonly LogRecord[]): RecordBlock {
  const block = new RecordBlock();
  for (const { key, value } of records) block.add(key, 0, key?.length ?? 0, value, 0, value.length);
  block.timestamp = records[0]!.timestamp;
  return block;
}

const shown = ({ key, value, timestamp }: LogRecord) =>
  `${timestamp} ${key && Buffer.from(key).toString()}: ${Buffer.from(value).toString()}`;

describeWithServers('Blocks of records on Kafka', (servers) => {
  const connect = async () => {
    const kafka = kafkaClient({ brokers: [servers.kafka], clientId: 'test' });
    const topic = `blocks.${randomUUID()}`;
    await using topics = await KafkaTopics.connect(kafka);
    await topics.ensure([{ topic, partitions: 2, retentionMs: 3_600_000_000_000 }]);
    return { kafka, topic };
  };

  /** What a member of a group of ours takes. */
  async function taken({ kafka, topic }: Awaited<ReturnType<typeof connect>>, count: number) {
    const byPartition = new Map<number, LoggedRecord[]>();
    await using _member = await new KafkaReader(kafka, { sessionTimeoutMs: 10_000, waitMs: 50 }).join({
      ...{ groupId: topic, topics: [topic], onTrouble: (error) => expect(error).toBeUndefined() },
      open: async ({ partition }) => ({
        from: 0,
        take: async (records) => void byPartition.set(partition, [...(byPartition.get(partition) ?? []), ...records]),
        commit: () => undefined,
      }),
    });
    await vi.waitFor(() => expect([...byPartition.values()].flat()).toHaveLength(count), { timeout: 20_000 });
    return byPartition;
  }

  it.each(compressions)(
    'come back as they were appended, in one order with single records: %s',
    async (compression) => {
      const place = await connect();
      const { kafka, topic } = place;
      const [first, second, third, other] = [
        ...[
          recordsFrom(0, 500),
          [...recordsFrom(500, 1), ...recordsFrom(501, 1)],
          recordsFrom(502, 3000),
          recordsFrom(9000, 10),
        ],
      ] as [LogRecord[], LogRecord[], LogRecord[], LogRecord[]];
      await using writer = await KafkaWriter.connect(kafka, compression);
      await writer.append([
        { topic, partition: 0, records: blockOf(first) },
        { topic, partition: 0, records: second },
        { topic, partition: 0, records: blockOf(third) },
        { topic, partition: 1, records: blockOf(other) },
      ]);
      const byPartition = await taken(place, 3512);
      const all = [...first, ...second, ...third];
      expect(byPartition.get(0)!.map(shown)).toEqual(all.map(shown));
      expect(byPartition.get(0)!.map(({ offset }) => offset)).toEqual(all.map((_, i) => i));
      expect(byPartition.get(1)!.map(shown)).toEqual(other.map(shown));
    },
  );

  it('are what any client reads', async () => {
    const { kafka, topic } = await connect();
    await using writer = await KafkaWriter.connect(kafka, 'gzip');
    await writer.append([{ topic, partition: 1, records: blockOf(recordsFrom(0, 100)) }]);
    const read: string[] = [];
    const consumer = kafka.consumer({ groupId: `plain.${topic}`, maxWaitTimeInMs: 50 });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ message: { key, value, timestamp } }) =>
        void read.push(shown({ key, value: value!, timestamp: Number(timestamp) })),
    });
    await vi.waitFor(() => expect(read).toEqual(recordsFrom(0, 100).map(shown)), { timeout: 20_000 });
    await consumer.disconnect();
  });
});

import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry';
import kafkajs from 'kafkajs';
import type { Cluster } from '../cluster/cluster.ts';

const { CompressionCodecs, CompressionTypes, Kafka, logLevel } = kafkajs;

// What the services send is packed with zstd, which kafkajs does not know by itself.
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: promisify(zstdCompress),
  decompress: promisify(zstdDecompress),
});

/** The end of a revision of a part, as it stands in the log. */
export interface Closing {
  readonly feature: string;
  readonly window: number;
  readonly partition: number;
  readonly revision: number;
  /** What it says of the content: rows, checksum, lines. */
  readonly content: string;
}

/** A revision number stands for one content, however often it was sent. */
export function reusedRevisions(closings: Iterable<Closing>): string[] {
  const contents = new Map<string, Set<string>>();
  for (const { feature, window, partition, revision, content } of closings) {
    const name = `${feature} ${window} [${partition}] revision ${revision}`;
    const known = contents.get(name) ?? new Set();
    contents.set(name, known.add(content));
  }
  return [...contents]
    .filter(([, { size }]) => size > 1)
    .map(([name, found]) => `revisions: ${name} has ${found.size} contents: ${[...found].join(' and ')}`);
}

/** Reads the topics of features from beginning to end. */
export async function closingsOf(cluster: Cluster, features: readonly { readonly name: string }[]): Promise<Closing[]> {
  const closings: Closing[] = [];
  for (const { name } of features) closings.push(...(await closingsOfTopic(cluster, name)));
  return closings;
}

async function closingsOfTopic(cluster: Cluster, feature: string): Promise<Closing[]> {
  const topic = `features.${feature}`;
  const kafka = new Kafka({ brokers: [...cluster.kafka], clientId: 'chaos', logLevel: logLevel.NOTHING });
  const registry = new SchemaRegistry({ host: cluster.registry.url });
  const admin = kafka.admin();
  await admin.connect();
  const missing = new Map(
    (await admin.fetchTopicOffsets(topic))
      .filter(({ high, low }) => Number(high) > Number(low))
      .map(({ partition, high }) => [partition, Number(high)]),
  );
  await admin.disconnect();
  const closings: Closing[] = [];
  if (missing.size === 0) return closings;
  const consumer = kafka.consumer({ groupId: `chaos-${topic}`, maxWaitTimeInMs: 100 });
  const done = Promise.withResolvers<void>();
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ partition, message }) => {
      const record = (await registry.decode(message.value!)) as Record<string, unknown>;
      if ('checksum' in record) closings.push(closingOf(feature, record));
      if (Number(message.offset) + 1 >= missing.get(partition)!) missing.delete(partition);
      if (missing.size === 0) done.resolve();
    },
  });
  await done.promise;
  await consumer.disconnect();
  return closings;
}

const closingOf = (
  feature: string,
  { window, partition, revision, rows, checksum, lines }: Record<string, unknown>,
) => ({
  ...{ feature, window: Number(window), partition: Number(partition), revision: Number(revision) },
  content: JSON.stringify([Number(rows), checksum, lines]),
});

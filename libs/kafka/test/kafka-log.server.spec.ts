import type { LogReader, LogTopics, LogWriter } from '@neartime/streams';
import { logContract } from '@neartime/streams/contracts';
import { type Servers, describeWithServers } from '@neartime/testing/servers';
import { KafkaReader, KafkaTopics, KafkaWriter, kafkaClient } from '../src/index.ts';

async function openLog({ kafka }: Servers) {
  const client = kafkaClient({ brokers: [kafka], clientId: 'test' });
  const [writer, topics] = await Promise.all([KafkaWriter.connect(client), KafkaTopics.connect(client)]);
  const reader = new KafkaReader(client, { sessionTimeoutMs: 10_000, waitMs: 50 });
  const port: LogWriter & LogReader & LogTopics = {
    append: (appends) => writer.append(appends),
    join: (options) => reader.join(options),
    ensure: (specs) => topics.ensure(specs),
    names: () => topics.names(),
    bounds: (topic) => topics.bounds(topic),
  };
  return {
    port,
    async [Symbol.asyncDispose]() {
      await Promise.all([writer[Symbol.asyncDispose](), topics[Symbol.asyncDispose]()]);
    },
  };
}

describeWithServers('Kafka', (servers) => logContract('kafkajs', () => openLog(servers)));

import { type LogAppend, type LogRecord, type LogWriter, StoreError, type TopicPartition } from '@neartime/streams';
import type { Kafka, Message, Producer, RecordMetadata } from 'kafkajs';
import { type Compression, compressionType } from './compression.ts';
import { kafkaError } from './failure.ts';

/**
 * Appends by one produce request a call, acknowledged by all replicas. Transactions and the idempotent mode of kafkajs are not
 * used: readers drop what comes twice.
 */
export class KafkaWriter implements LogWriter, AsyncDisposable {
  readonly #producer: Producer;
  readonly #compression: Compression;

  private constructor(producer: Producer, compression: Compression) {
    this.#producer = producer;
    this.#compression = compression;
  }

  static async connect(kafka: Kafka, compression: Compression = 'zstd'): Promise<KafkaWriter> {
    const producer = kafka.producer({
      allowAutoTopicCreation: false,
      // Who calls says which partition; a partitioner that chose anew in a retry would break the order.
      createPartitioner:
        () =>
        ({ message }) =>
          message.partition!,
      maxInFlightRequests: 1,
    });
    try {
      await producer.connect();
    } catch (cause) {
      throw kafkaError('cannot connect', cause);
    }
    return new KafkaWriter(producer, compression);
  }

  async append(appends: readonly LogAppend[]): Promise<void> {
    const filled = appends.filter(({ records }) => records.length > 0);
    if (filled.length === 0) return;
    for (const some of inRounds(filled)) await this.#send(some);
  }

  async #send(filled: readonly LogAppend[]): Promise<void> {
    let answers: RecordMetadata[];
    try {
      answers = await this.#producer.sendBatch({
        acks: -1,
        compression: compressionType[this.#compression],
        topicMessages: messagesOf(filled),
      });
    } catch (cause) {
      throw kafkaError(`cannot append to ${namesOf(filled)}`, cause);
    }
    requireAll(filled, answers);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#producer.disconnect();
  }
}

/** So many bytes of a partition are sent at once, packed or not: brokers take a megabyte a batch. */
const mostBytes = 512 * 1024;

/** The records in rounds that brokers take, those of each partition in their order. */
function* inRounds(appends: readonly LogAppend[]): Iterable<LogAppend[]> {
  let left = appends.map((append) => ({ ...append, from: 0 }));
  while (left.length > 0) {
    const round = left.map(({ topic, partition, records, from }) => {
      const to = roundEnd(records, from);
      return { topic, partition, records: from === 0 && to === records.length ? records : records.slice(from, to), to };
    });
    yield round;
    left = left
      .map((append, i) => ({ ...append, from: round[i]!.to }))
      .filter(({ records, from }) => from < records.length);
  }
}

function roundEnd(records: readonly LogRecord[], from: number): number {
  let to = from;
  for (let bytes = 0; to < records.length; to++) {
    bytes += records[to]!.value.length + (records[to]!.key?.length ?? 0) + 32;
    if (bytes > mostBytes && to > from) break;
  }
  return to;
}

function messagesOf(appends: readonly LogAppend[]) {
  const byTopic = Map.groupBy(appends, ({ topic }) => topic);
  return [...byTopic].map(([topic, parts]) => ({
    topic,
    messages: parts.flatMap(({ partition, records }) => records.map((record) => messageOf(record, partition))),
  }));
}

const messageOf = ({ key, value, timestamp }: LogRecord, partition: number): Message => ({
  key: key && bufferOf(key),
  value: bufferOf(value),
  timestamp: String(Math.floor(timestamp)),
  partition,
});

const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * kafkajs forgets a partition whose leader moves, while it tries again, to a broker that has answered already, and says that all
 * went well. So only what was answered for has been written.
 */
function requireAll(appends: readonly LogAppend[], answers: readonly RecordMetadata[]): void {
  const answered = new Set(
    answers
      .filter(({ errorCode }) => errorCode === 0)
      .map(({ topicName, partition }) => nameOf({ topic: topicName, partition })),
  );
  const forgotten = appends.filter((append) => !answered.has(nameOf(append)));
  if (forgotten.length > 0)
    throw new StoreError(`kafka: cannot append to ${namesOf(forgotten)}: the brokers did not say that it stands`, {
      retriable: true,
    });
}

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}[${partition}]`;
const namesOf = (places: readonly TopicPartition[]): string => places.map(nameOf).join(', ');

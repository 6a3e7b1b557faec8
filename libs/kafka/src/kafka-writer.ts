import {
  type LogAppend,
  type LogRecord,
  type LogWriter,
  RecordBlock,
  StoreError,
  type TopicPartition,
  mostBatchBytes,
} from '@neartime/streams';
import type { Kafka, Message, Producer, RecordMetadata } from 'kafkajs';
import { type Compression, compressionType } from './compression.ts';
import { kafkaError } from './failure.ts';
import { carrierOf } from './produce-blocks.ts';

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

/**
 * The records in rounds that brokers take, those of each partition in their order. A round has of each partition either one block
 * or records, and is of blocks or of records throughout.
 */
function* inRounds(appends: readonly LogAppend[]): Iterable<LogAppend[]> {
  let queues = [...Map.groupBy(appends, nameOf).values()].map((ofPartition) => [...ofPartition.flatMap(inPieces)]);
  while (queues.length > 0) {
    const ofBlocks = isOfBlock(queues[0]![0]!);
    const [now, later] = [queues.filter(([first]) => isOfBlock(first!) === ofBlocks), queues];
    yield now.map(([first]) => first!);
    for (const queue of now) queue.shift();
    queues = later.filter((queue) => queue.length > 0);
  }
}

const isOfBlock = ({ records }: LogAppend): boolean => records instanceof RecordBlock;

/** A block is a piece of its own; records are cut to what is sent at once. */
function inPieces(append: LogAppend): LogAppend[] {
  const { records, ...place } = append;
  if (records instanceof RecordBlock) return [append];
  const pieces: LogAppend[] = [];
  for (let from = 0; from < records.length;) {
    const to = roundEnd(records, from);
    pieces.push({ ...place, records: from === 0 && to === records.length ? records : records.slice(from, to) });
    from = to;
  }
  return pieces;
}

function roundEnd(records: readonly LogRecord[], from: number): number {
  let to = from;
  for (let bytes = 0; to < records.length; to++) {
    bytes += records[to]!.value.length + (records[to]!.key?.length ?? 0) + 32;
    if (bytes > mostBatchBytes && to > from) break;
  }
  return to;
}

function messagesOf(appends: readonly LogAppend[]) {
  const byTopic = Map.groupBy(appends, ({ topic }) => topic);
  return [...byTopic].map(([topic, parts]) => ({
    topic,
    messages: parts.flatMap(({ partition, records }): Message[] =>
      records instanceof RecordBlock
        ? [carrierOf(records, partition)]
        : records.map((record) => messageOf(record, partition)),
    ),
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

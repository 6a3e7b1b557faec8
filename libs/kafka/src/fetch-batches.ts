import { StoreError } from '@neartime/streams';
import type { KafkaMessage } from 'kafkajs';
import fetch from 'kafkajs/src/protocol/requests/fetch/index.js';
import { type FetchedBatch, batchesIn } from './fetched-batch.ts';

/*
 * kafkajs makes an object with nine fields, four of them texts, of each record that it fetches, and looks at each three times
 * more. Here a record batch comes through it as one message, which carries it: small objects that point into the unpacked bytes.
 * Which offsets are asked for, which broker, leaders, errors and retries stay those of kafkajs.
 *
 * Only fetches that read uncommitted are answered so, which are ours: there are no transactions on our topics. Other consumers in
 * the process get what they know.
 */

const carried = Symbol('batch');

interface Carrier {
  readonly [carried]: FetchedBatch;
}

/**
 * A message for kafkajs that carries a batch. kafkajs passes over those before the offset that it has asked for; what a damaged
 * batch says of its own is not to be believed.
 */
export function carrierOf(batch: FetchedBatch) {
  const last = batch.damage?.by === 'broker' ? Number.MAX_SAFE_INTEGER : batch.to - 1;
  return { ...{ key: null, value: null, offset: String(last) }, [carried]: batch };
}

/** The batch that a message of ours carries. */
export const batchIn = (message: KafkaMessage): FetchedBatch => (message as unknown as Carrier)[carried];

interface FetchArguments {
  readonly isolationLevel?: number;
}

interface Made {
  readonly response: object;
}

const readUncommitted = 0;
/** The latest version that kafkajs speaks; brokers do since Kafka 2.3. */
const ourVersion = 11;
const original = fetch.protocol;

/** From here on what consumers of this process fetch uncommitted comes batch by batch. */
export function registerBatches(): void {
  fetch.protocol = ({ version }) => {
    const make = original({ version }) as (request: FetchArguments) => Made;
    return (request: FetchArguments) => {
      const made = make(request);
      if (request.isolationLevel !== readUncommitted) return made;
      if (version !== ourVersion)
        throw new StoreError(`kafka: the broker speaks version ${version} of fetching; Kafka 2.3 or newer is needed`, {
          retriable: false,
        });
      return { ...made, response: { ...made.response, decode } };
    };
  };
}

/** Reads a buffer from its beginning on. */
class Cursor {
  at = 0;
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  int16(): number {
    return this.bytes.readInt16BE((this.at += 2) - 2);
  }

  int32(): number {
    return this.bytes.readInt32BE((this.at += 4) - 4);
  }

  int64(): string {
    return this.bytes.readBigInt64BE((this.at += 8) - 8).toString();
  }

  text(): string {
    const length = this.int16();
    return this.bytes.toString('utf8', this.at, (this.at += length));
  }

  each<T>(read: () => T): T[] {
    return Array.from({ length: Math.max(0, this.int32()) }, read);
  }

  take(length: number): Buffer {
    return this.bytes.subarray(this.at, (this.at += Math.max(0, length)));
  }
}

/** A response of version 11, in the form in which kafkajs reads it, but for the messages. */
async function decode(raw: Buffer) {
  const cursor = new Cursor(raw);
  const clientSideThrottleTime = cursor.int32();
  const errorCode = cursor.int16();
  const sessionId = cursor.int32();
  const topics = cursor.each(() => ({ topicName: cursor.text(), partitions: cursor.each(() => partitionOf(cursor)) }));
  const responses = await Promise.all(
    topics.map(async ({ topicName, partitions }) => ({
      topicName,
      partitions: await Promise.all(
        partitions.map(async ({ batches, ...partition }) => ({
          ...partition,
          messages: (await batchesIn(batches)).map(carrierOf),
        })),
      ),
    })),
  );
  return { throttleTime: 0, clientSideThrottleTime, errorCode, sessionId, responses };
}

const partitionOf = (cursor: Cursor) => ({
  partition: cursor.int32(),
  errorCode: cursor.int16(),
  highWatermark: cursor.int64(),
  lastStableOffset: cursor.int64(),
  lastStartOffset: cursor.int64(),
  abortedTransactions: cursor.each(() => ({ producerId: cursor.int64(), firstOffset: cursor.int64() })),
  preferredReadReplica: cursor.int32(),
  batches: cursor.take(cursor.int32()),
});

import { type RecordBlock, StoreError } from '@neartime/streams';
import kafkajs, { type CompressionTypes as CompressionType } from 'kafkajs';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import produce from 'kafkajs/src/protocol/requests/produce/index.js';
import { batchAt, uncountedBytes } from './batch-layout.ts';
import { crc32c } from './crc32c.ts';

/*
 * kafkajs copies the list of a batch's messages for each of them, and makes a handful of objects a message to lay it out: more
 * than half of a sender's time. A record block is laid out already. So it goes through kafkajs as one message, which carries it,
 * and this module makes the request of it; who leads a partition, connections, retries and answers stay those of kafkajs.
 */

const carried = Symbol('record block');

/** A message for kafkajs that carries a block. In a request of such messages each partition has one. */
export const carrierOf = (records: RecordBlock, partition: number) => ({
  ...{ key: null, value: nothing, partition },
  [carried]: records,
});

const nothing = Buffer.alloc(0);

interface Carrier {
  readonly [carried]?: RecordBlock;
}

interface ProduceArguments {
  readonly acks: number;
  readonly timeout: number;
  readonly compression: CompressionType;
  readonly topicData: readonly {
    readonly topic: string;
    readonly partitions: readonly { readonly partition: number; readonly messages: readonly Carrier[] }[];
  }[];
}

/** The version of the request that is made here: what 7 says of a batch all brokers know that are still run. */
const ourVersion = 7;

/** From here on produce requests of this process that carry blocks are made here. */
export function registerBlocks(): void {
  produce.protocol = ({ version }) => {
    const make = original({ version }) as (request: ProduceArguments) => { request: object };
    return (request: ProduceArguments) => {
      const made = make(request);
      const carries = request.topicData.some(({ partitions }) =>
        partitions.some(({ messages }) => messages[0]?.[carried]),
      );
      if (!carries) return made;
      // As an older request each block would be one record without a value.
      if (version !== ourVersion)
        throw new StoreError(`kafka: the broker speaks version ${version} of producing; Kafka 2.1 or newer is needed`, {
          retriable: false,
        });
      return { ...made, request: { ...made.request, encode: () => encode(request) } };
    };
  };
}

const original = produce.protocol;

async function encode({ acks, timeout, compression, topicData }: ProduceArguments): Promise<Encoder> {
  const encoder = new Encoder(64 * 1024).writeString(null).writeInt16(acks).writeInt32(timeout);
  encoder.writeInt32(topicData.length);
  for (const { topic, partitions } of topicData) {
    const batches = await Promise.all(partitions.map(({ messages }) => batchOf(messages, compression)));
    encoder.writeString(topic).writeInt32(partitions.length);
    batches.forEach((batch, i) => {
      encoder.writeInt32(partitions[i]!.partition).writeInt32(batch.length).writeBuffer(batch);
    });
  }
  return encoder;
}

async function batchOf(messages: readonly Carrier[], compression: CompressionType): Promise<Buffer> {
  const block = messages[0]?.[carried];
  if (!block || messages.length > 1) throw new TypeError('kafka: a partition has other messages beside a record block');
  const packed = await pack(block.bytes, compression);
  const batch = Buffer.allocUnsafe(batchAt.records + packed.length);
  batch.writeBigInt64BE(0n, batchAt.baseOffset);
  batch.writeInt32BE(batch.length - uncountedBytes, batchAt.length);
  batch.writeInt32BE(-1, batchAt.leaderEpoch);
  batch[batchAt.format] = 2;
  batch.writeInt16BE(compression, batchAt.attributes);
  batch.writeInt32BE(block.length - 1, batchAt.lastOffset);
  const time = BigInt(Math.floor(block.timestamp));
  batch.writeBigInt64BE(time, batchAt.firstTime);
  batch.writeBigInt64BE(time, batchAt.greatestTime);
  batch.writeBigInt64BE(-1n, batchAt.producerId);
  batch.writeInt16BE(-1, batchAt.producerEpoch);
  batch.writeInt32BE(-1, batchAt.sequence);
  batch.writeInt32BE(block.length, batchAt.count);
  packed.copy(batch, batchAt.records);
  batch.writeUInt32BE(crc32c(batch.subarray(batchAt.attributes)), batchAt.checksum);
  return batch;
}

async function pack(bytes: Buffer, compression: CompressionType): Promise<Buffer> {
  if (compression === kafkajs.CompressionTypes.None) return bytes;
  const codec = kafkajs.CompressionCodecs[compression]() as {
    compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>;
  };
  return codec.compress({ buffer: bytes });
}

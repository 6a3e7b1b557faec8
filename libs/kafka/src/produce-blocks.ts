import type { RecordBlock } from '@neartime/streams';
import kafkajs, { type CompressionTypes as CompressionType } from 'kafkajs';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import produce from 'kafkajs/src/protocol/requests/produce/index.js';
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
    if (version !== ourVersion) return make;
    return (request: ProduceArguments) => {
      const made = make(request);
      const carries = request.topicData.some(({ partitions }) =>
        partitions.some(({ messages }) => messages[0]?.[carried]),
      );
      return carries ? { ...made, request: { ...made.request, encode: () => encode(request) } } : made;
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

/** Bytes of a batch before its records, and before what the checksum covers. */
const headBytes = 61;
const checkedFrom = 21;
/** What the length of a batch does not count: the offset and itself. */
const uncountedBytes = 12;

/**
 * A record batch of format 2: base offset (8 bytes), length (4), leader's epoch (4), 2 (1), CRC32C of all that follows (4),
 * attributes with the codec (2), last offset in the batch (4), first and greatest time (8, 8), of producers with a number
 * their number, epoch and sequence (8, 2, 4; -1 for others), how many records (4), the records, packed.
 */
async function batchOf(messages: readonly Carrier[], compression: CompressionType): Promise<Buffer> {
  const block = messages[0]?.[carried];
  if (!block || messages.length > 1) throw new TypeError('kafka: a partition has other messages beside a record block');
  const packed = await pack(block.bytes, compression);
  const batch = Buffer.allocUnsafe(headBytes + packed.length);
  batch.writeBigInt64BE(0n, 0);
  batch.writeInt32BE(batch.length - uncountedBytes, 8);
  batch.writeInt32BE(-1, 12);
  batch[16] = 2;
  batch.writeInt16BE(compression, 21);
  batch.writeInt32BE(block.length - 1, 23);
  const time = BigInt(Math.floor(block.timestamp));
  batch.writeBigInt64BE(time, 27);
  batch.writeBigInt64BE(time, 35);
  batch.writeBigInt64BE(-1n, 43);
  batch.writeInt16BE(-1, 51);
  batch.writeInt32BE(-1, 53);
  batch.writeInt32BE(block.length, 57);
  packed.copy(batch, headBytes);
  batch.writeUInt32BE(crc32c(batch.subarray(checkedFrom)), 17);
  return batch;
}

async function pack(bytes: Buffer, compression: CompressionType): Promise<Buffer> {
  if (compression === kafkajs.CompressionTypes.None) return bytes;
  const codec = kafkajs.CompressionCodecs[compression]() as {
    compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>;
  };
  return codec.compress({ buffer: bytes });
}

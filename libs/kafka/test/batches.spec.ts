import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import kafkajs, { type KafkaMessage } from 'kafkajs';
import { compress as snappyBlock } from 'snappy';
import { beforeAll, describe, expect, it } from 'vitest';
import { registerCodecs } from '../src/compression.ts';
import { crc32c } from '../src/crc32c.ts';
import { damageOf } from '../src/record-batch.ts';
import { fromSnappy } from '../src/unpack.ts';
import { fetched, withChangedByte, withRecords } from './fetched.ts';
import { javaBatch, javaBatches, sentByJava } from './java-batches.ts';

beforeAll(registerCodecs);

const { CompressionTypes } = kafkajs;
const internal = createRequire(import.meta.url);
const textsOf = (messages: KafkaMessage[]) => messages.map(({ key, value }) => [key?.toString(), value!.toString()]);
const offsetsOf = (messages: KafkaMessage[]) => messages.map(({ offset }) => Number(offset));
const why = 'it was in a batch that cannot be read: ';

describe('a batch of a Java client', () => {
  it.for(javaBatches)('is read when it is packed with $name', async ({ batch }) => {
    const messages = await fetched(batch);
    expect(textsOf(messages)).toEqual(sentByJava);
    expect(offsetsOf(messages)).toEqual([7, 8, 9]);
  });

  it('is read when snappy has cut it into several blocks, or has not framed it at all', async () => {
    const text = Buffer.from(Array.from({ length: 20_000 }, (_, i) => `${i} `).join(''));
    const blocks = [text.subarray(0, 32_768), text.subarray(32_768, 65_536), text.subarray(65_536)];
    const framed: Buffer[] = [Buffer.from('\x82SNAPPY\0\0\0\0\x01\0\0\0\x01', 'latin1')];
    for (const block of blocks) {
      const packed = await snappyBlock(block);
      const length = Buffer.alloc(4);
      length.writeInt32BE(packed.length);
      framed.push(length, packed);
    }
    expect(await fromSnappy(Buffer.concat(framed))).toEqual(text);
    expect(await fromSnappy(await snappyBlock(text))).toEqual(text);
  });
});

describe('a batch that we send', () => {
  const { RecordBatch } = internal('kafkajs/src/protocol/recordBatch/v0/index.js') as {
    RecordBatch: (batch: object) => Promise<{ buffer: Buffer }>;
  };
  const recordOf = internal('kafkajs/src/protocol/recordBatch/record/v0/index.js') as (record: object) => object;

  it.for(['None', 'GZIP', 'ZSTD'] as const)('is read again when it is packed with %s', async (packing) => {
    const sent = Array.from({ length: 3000 }, (_, i) => ({
      offsetDelta: i,
      timestampDelta: i * 1_000_000,
      key: i % 3 ? Buffer.from(`key ${i}`) : null,
      value: Buffer.from('x'.repeat(i)),
      headers: i % 5 ? {} : { trace: `${i}`, more: 'żółć' },
    }));
    const { buffer } = await RecordBatch({
      compression: CompressionTypes[packing],
      lastOffsetDelta: sent.length - 1,
      records: sent.map(recordOf),
    });
    const messages = await fetched(buffer);
    expect(messages.map(({ key, value }) => ({ key, value }))).toEqual(sent.map(({ key, value }) => ({ key, value })));
    expect(messages.some(({ value }) => damageOf(value))).toBe(false);
  });
});

describe('a damaged batch', () => {
  it('gives records in its place, and leaves those around it as they are', async () => {
    const damaged = withRecords(javaBatch('zstd'), Buffer.from('what nobody can unpack'));
    const messages = await fetched(javaBatch('gzip'), damaged, javaBatch('lz4'));
    expect(offsetsOf(messages)).toEqual([7, 8, 9, 7, 8, 9, 7, 8, 9]);
    expect(textsOf([...messages.slice(0, 3), ...messages.slice(6)])).toEqual([...sentByJava, ...sentByJava]);
    for (const { value } of messages.slice(3, 6)) {
      expect(value!.toString().startsWith(why)).toBe(true);
      expect(damageOf(value)).toMatchObject({ by: 'producer', records: 3 });
    }
    expect(damageOf(messages[0]!.value)).toBeUndefined();
  });

  it.for(javaBatches)('is the producer’s where its checksum is right, packed with $name', async ({ name, batch }) => {
    // What is cut off, what is none of it, and what can be unpacked, but holds fewer records than were promised.
    const cut = withRecords(batch, batch.subarray(61, -12));
    const other = withRecords(batch, Buffer.from('what nobody can unpack'));
    for (const damaged of [cut, other, ...(name === 'gzip' ? [withRecords(batch, gzipSync('one'))] : [])]) {
      const messages = await fetched(damaged);
      expect(offsetsOf(messages)).toEqual([7, 8, 9]);
      expect(damageOf(messages[0]!.value)).toMatchObject({ by: 'producer' });
    }
  });

  it.for(javaBatches)('is the broker’s where its checksum is wrong, packed with $name', async ({ batch }) => {
    for (let byte = 61; byte < batch.length; byte++) {
      const messages = await fetched(withChangedByte(batch, byte));
      expect(messages.map(({ value }) => value!.toString())).toEqual(Array(3).fill(`${why}its checksum is wrong`));
      expect(damageOf(messages[0]!.value)).toMatchObject({ by: 'broker' });
    }
  });

  it('cannot make a reader take more memory than a batch may', async () => {
    const length = Buffer.of(0xff, 0xff, 0xff, 0xff, 0x0f);
    const messages = await fetched(withRecords(javaBatch('snappy'), Buffer.concat([length, Buffer.alloc(20)])));
    expect(messages[0]!.value!.toString()).toBe(`${why}it would become 4294967295 bytes`);
  });
});

describe('CRC-32C', () => {
  it('is what RFC 3720 says it is', () => {
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
  });
});

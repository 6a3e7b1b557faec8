import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import kafkajs from 'kafkajs';
import { compress as snappyBlock } from 'snappy';
import { beforeAll, describe, expect, it } from 'vitest';
import { registerCodecs } from '../src/compression.ts';
import { crc32c } from '../src/crc32c.ts';
import type { FetchedBatch } from '../src/fetched-batch.ts';
import { fromSnappy } from '../src/unpack.ts';
import { at, fetched, withChangedByte, withHead, withRecords } from './fetched.ts';
import { javaBatch, javaBatches, sentByJava } from './java-batches.ts';

beforeAll(registerCodecs);

const { CompressionTypes } = kafkajs;
const internal = createRequire(import.meta.url);
const textsOf = (batches: readonly FetchedBatch[]) =>
  batches.flatMap(({ records }) =>
    records.map(({ key, value }) => [key ? Buffer.from(key).toString() : undefined, Buffer.from(value).toString()]),
  );
const offsetsOf = (batches: readonly FetchedBatch[]) =>
  batches.flatMap(({ records }) => records.map(({ offset }) => offset));

describe('a batch of a Java client', () => {
  it.for(javaBatches)('is read when it is packed with $name', async ({ batch }) => {
    const batches = await fetched(batch);
    expect(textsOf(batches)).toEqual(sentByJava);
    expect(offsetsOf(batches)).toEqual([7, 8, 9]);
    expect(batches).toMatchObject([{ from: 7, to: 10 }]);
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
    const firstTimestamp = 1_533_117_600_000;
    const { buffer } = await RecordBatch({
      firstTimestamp,
      compression: CompressionTypes[packing],
      lastOffsetDelta: sent.length - 1,
      records: sent.map(recordOf),
    });
    const [batch] = await fetched(buffer);
    expect(batch!.damage).toBeUndefined();
    const read = batch!.records.map(({ key, value, timestamp }) => ({ key, value, timestamp }));
    expect(read).toEqual(
      sent.map(({ key, value, timestampDelta }) => ({ key, value, timestamp: firstTimestamp + timestampDelta })),
    );
  });
});

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value * 2;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return [...bytes, rest];
}

const javaLikeRecord = (place: number): Buffer => {
  const body = [0, 0, ...varint(place), 1, 2, 65, 0];
  return Buffer.from([...varint(body.length), ...body]);
};

function oneRecordOf(bytes: number): Buffer {
  const head = [0, 0, 0, 1, ...varint(bytes)];
  return Buffer.concat([Buffer.from([...varint(head.length + bytes + 1), ...head]), Buffer.alloc(bytes), Buffer.of(0)]);
}

/** Three records of one byte each at other offsets of their batch, not packed. */
const recordsAt = (...places: readonly number[]) =>
  Buffer.concat(places.map((place) => Buffer.of(14, 0, 0, place * 2, 1, 2, 65, 0)));

describe('a batch of a log that was compacted', () => {
  const uncompressed = { attributes: 0 };
  it('has fewer records than offsets', async () => {
    const thinned = withHead(withRecords(javaBatch('zstd'), recordsAt(1, 4)), {
      ...uncompressed,
      lastOffset: 6,
      count: 2,
    });
    const batches = await fetched(thinned);
    expect(batches).toMatchObject([{ from: 7, to: 14 }]);
    expect(offsetsOf(batches)).toEqual([8, 11]);
    const empty = withHead(withRecords(javaBatch('zstd'), recordsAt()), { ...uncompressed, lastOffset: 6, count: 0 });
    expect(await fetched(empty)).toEqual([{ from: 7, to: 14, records: [] }]);
  });

  it('has none behind its last offset, nor two at one', async () => {
    for (const places of [
      [1, 7],
      [3, 3],
      [4, 1],
    ]) {
      const wrong = withHead(withRecords(javaBatch('zstd'), recordsAt(...places)), {
        ...uncompressed,
        lastOffset: 6,
        count: 2,
      });
      expect(await fetched(wrong)).toMatchObject([{ damage: { by: 'producer', why: 'what is in it are no records' } }]);
    }
  });
});

describe('a damaged batch', () => {
  const why = 'what is in it are no records';
  const nobodyCanRead = withRecords(javaBatch('zstd'), Buffer.from('what nobody can unpack'));

  it('gives one record in its place, and leaves those around it as they are', async () => {
    const batches = await fetched(javaBatch('gzip'), nobodyCanRead, javaBatch('lz4'));
    expect(textsOf([batches[0]!, batches[2]!])).toEqual([...sentByJava, ...sentByJava]);
    expect(batches[1]).toMatchObject({ from: 7, to: 10, damage: { by: 'producer' } });
    expect(textsOf([batches[1]!])).toEqual([[undefined, expect.stringMatching(/^3 records that cannot be read: ./)]]);
    expect(batches.map(({ damage }) => damage?.by)).toEqual([undefined, 'producer', undefined]);
  });

  it.for(javaBatches)('is the producer’s where its checksum is right, packed with $name', async ({ name, batch }) => {
    // What is cut off, what is none of it, and what can be unpacked, but holds fewer records than were promised.
    const cut = withRecords(batch, batch.subarray(61, -12));
    const other = withRecords(batch, Buffer.from('what nobody can unpack'));
    for (const damaged of [cut, other, ...(name === 'gzip' ? [withRecords(batch, gzipSync('one'))] : [])])
      expect(await fetched(damaged)).toMatchObject([{ from: 7, to: 10, damage: { by: 'producer' } }]);
  });

  it.for(javaBatches)('is the broker’s where any of its bytes is another, packed with $name', async ({ batch }) => {
    const whole = at(100, javaBatch('gzip'));
    for (let byte = 16; byte < batch.length; byte++) {
      const batches = await fetched(withChangedByte(batch, byte), whole);
      expect(batches).toMatchObject([{ records: [], damage: { by: 'broker' } }]);
    }
  });

  it('ends what is read of a partition where its length is none, however it is', async () => {
    const whole = javaBatch('gzip');
    for (const length of [-12, -13, -1, 0, 1, 48, -2_000_000_000]) {
      const damaged = Buffer.from(whole);
      damaged.writeInt32BE(length, 8);
      const batches = await fetched(whole, damaged, whole);
      expect(batches).toMatchObject([{ from: 7 }, { damage: { by: 'broker', why: 'its length is none' } }]);
    }
    // As after one that was cut off, which is no damage.
    const tooLong = Buffer.from(whole);
    tooLong.writeInt32BE(1_000_000, 8);
    expect(await fetched(whole, tooLong)).toMatchObject([{ from: 7, to: 10 }]);
    expect(await fetched(whole, whole.subarray(0, -1))).toMatchObject([{ from: 7, to: 10 }]);
    expect(await fetched(whole, Buffer.alloc(4096))).toMatchObject([{ from: 7 }, { damage: { by: 'broker' } }]);
  });

  it('does not make its reader believe numbers in its head that cannot be', async () => {
    for (const head of [{ count: -1 }, { count: 2_000_000_000 }, { lastOffset: -1 }, { lastOffset: 1 }])
      expect(await fetched(withHead(javaBatch('zstd'), head))).toMatchObject([{ damage: { by: 'broker' } }]);
    const many = withHead(javaBatch('zstd'), { count: 2_000_000_000, lastOffset: 1_999_999_999 });
    expect(await fetched(many)).toMatchObject([{ damage: { by: 'producer', why } }]);
    expect(await fetched(withHead(javaBatch('zstd'), { attributes: 5 }))).toMatchObject([
      { damage: { by: 'producer', why: 'it is packed with 5, which is no codec of Kafka' } },
    ]);
  });

  it('cannot make a reader take more memory than a batch may', async () => {
    const length = Buffer.of(0xff, 0xff, 0xff, 0xff, 0x0f);
    const batches = await fetched(withRecords(javaBatch('snappy'), Buffer.concat([length, Buffer.alloc(20)])));
    expect(batches).toMatchObject([{ damage: { why: 'it would become 4294967295 bytes' } }]);
  });
});

describe('numbers of records', () => {
  const recordWith = (bytes: readonly number[]) =>
    withHead(withRecords(javaBatch('zstd'), Buffer.from(bytes)), { attributes: 0, lastOffset: 0, count: 1 });

  it('have 32 bits, whatever a fifth byte has above them', async () => {
    const [batch] = await fetched(recordWith([22, 0, 0, 0x80, 0x80, 0x80, 0x80, 0x10, 1, 2, 65, 0]));
    expect(batch).toMatchObject({ from: 7, to: 8 });
    expect(batch!.damage).toBeUndefined();
    expect(offsetsOf([batch!])).toEqual([7]);
  });

  it('never lead out of their record', async () => {
    const whole = [14, 0, 0, 0, 1, 2, 65, 0];
    expect(textsOf(await fetched(recordWith(whole)))).toEqual([[undefined, 'A']]);
    for (let at = 0; at < whole.length; at++)
      for (const byte of [0, 1, 3, 0x7e, 0x7f, 0x80, 0xff]) {
        const [batch] = await fetched(recordWith(whole.with(at, byte)));
        // Attributes, the time and the value may be any; everything else says where something is.
        if (batch!.damage) expect(batch!.damage.why).toBe('what is in it are no records');
        else expect([1, 2, 3, 4, 6].includes(at) || byte === whole[at]).toBe(true);
      }
  });
});

describe('many records', () => {
  it('may be in one batch, and what they unpack to is bounded: the rest comes with the next fetch', async () => {
    const many = Buffer.concat(Array.from({ length: 150_000 }, (_, i) => javaLikeRecord(i)));
    const batch = withHead(withRecords(javaBatch('gzip'), gzipSync(many)), { lastOffset: 149_999, count: 150_000 });
    const [read] = await fetched(batch);
    expect(read!.damage).toBeUndefined();
    expect(read!.records).toHaveLength(150_000);
    const large = withHead(withRecords(javaBatch('gzip'), gzipSync(oneRecordOf(3_000_000))), {
      lastOffset: 0,
      count: 1,
    });
    expect(await fetched(...Array<Buffer>(9).fill(large))).toHaveLength(3);
  });
});

describe('CRC-32C', () => {
  it('is what RFC 3720 says it is', () => {
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
  });
});

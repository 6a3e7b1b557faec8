import type { LoggedRecord } from '@neartime/streams';
import kafkajs, { type KafkaMessage } from 'kafkajs';
import fetch from 'kafkajs/src/protocol/requests/fetch/index.js';

/*
 * kafkajs makes an object with nine fields, four of them texts, of each record that it fetches, and looks at each three times
 * more. Here a record batch comes through it as one message, which carries its records: small objects that point into the unpacked
 * bytes. Which offsets are asked for, which broker, leaders, errors and retries stay those of kafkajs.
 *
 * Only fetches that read uncommitted are answered so, which are ours: there are no transactions on our topics. Other consumers in
 * the process get what they know.
 */

const carried = Symbol('records');

interface Carrier {
  readonly [carried]?: readonly LoggedRecord[];
}

/** The records that a message of ours carries; `undefined` for a message that is a record itself. */
export const carriedBy = (message: KafkaMessage): readonly LoggedRecord[] | undefined => (message as Carrier)[carried];

interface FetchArguments {
  readonly isolationLevel?: number;
}

interface Made {
  readonly response: object;
}

const readUncommitted = 0;
const ourVersion = 11;
const original = fetch.protocol;

/** From here on what consumers of this process fetch uncommitted comes batch by batch. */
export function registerBatches(): void {
  fetch.protocol = ({ version }) => {
    const make = original({ version }) as (request: FetchArguments) => Made;
    if (version !== ourVersion) return make;
    return (request: FetchArguments) => {
      const made = make(request);
      return request.isolationLevel === readUncommitted ? { ...made, response: { ...made.response, decode } } : made;
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
        partitions.map(async ({ records, ...partition }) => ({ ...partition, messages: await messagesOf(records) })),
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
  records: cursor.take(cursor.int32()),
});

/** Bytes of a batch up to its length, of which the length says nothing. */
const uncountedBytes = 12;
/** Bytes of a batch before its records; see produce-blocks.ts for the layout. */
const headBytes = 61;
const controlFlag = 0x20;
const codecMask = 0x7;
const logAppendTimeFlag = 0x8;

/** One message a batch. The last batch may have been cut off: then it comes with the next fetch. */
async function messagesOf(batches: Buffer) {
  const messages = [];
  for (let at = 0; at + headBytes <= batches.length;) {
    const length = uncountedBytes + batches.readInt32BE(at + 8);
    if (at + length > batches.length) break;
    messages.push(messageOf(batches.subarray(at, at + length)));
    at += length;
  }
  return Promise.all(messages);
}

async function messageOf(batch: Buffer) {
  if (batch[16] !== 2) throw new Error(`kafka: a record batch has the format ${batch[16]}, and 2 is read`);
  const attributes = batch.readInt16BE(21);
  const baseOffset = Number(batch.readBigInt64BE(0));
  const lastOffset = baseOffset + batch.readInt32BE(23);
  const isControlRecord = (attributes & controlFlag) !== 0;
  return {
    ...{ key: null, value: null, offset: String(lastOffset), isControlRecord },
    [carried]: isControlRecord
      ? []
      : recordsOf(await unpack(batch.subarray(headBytes), attributes & codecMask), {
          baseOffset,
          count: batch.readInt32BE(57),
          time: Number(batch.readBigInt64BE((attributes & logAppendTimeFlag) === 0 ? 27 : 35)),
          isTimeOfEach: (attributes & logAppendTimeFlag) === 0,
        }),
  };
}

type Packed = keyof typeof kafkajs.CompressionCodecs;

/** The records behind a batch's head, checked: see compression.ts. Nothing packed is a codec, too. */
function unpack(bytes: Buffer, codec: number): Promise<Buffer> {
  const { decompress } = kafkajs.CompressionCodecs[codec as Packed]() as { decompress(bytes: Buffer): Promise<Buffer> };
  return decompress(bytes);
}

interface BatchHead {
  readonly baseOffset: number;
  readonly count: number;
  /** That to which each record's own is added, or that of all. */
  readonly time: number;
  readonly isTimeOfEach: boolean;
}

/** The records in the bytes of a batch, laid out as a RecordBlock says. */
function recordsOf(bytes: Buffer, { baseOffset, count, time, isTimeOfEach }: BatchHead): LoggedRecord[] {
  const records = new Array<LoggedRecord>(count);
  const cursor = { bytes, at: 0 };
  for (let i = 0; i < count; i++) {
    const length = readVarint(cursor);
    const end = cursor.at + length;
    cursor.at++;
    const delta = readVarint(cursor);
    const offset = baseOffset + readVarint(cursor);
    const keyLength = readVarint(cursor);
    const keyFrom = cursor.at;
    cursor.at += Math.max(0, keyLength);
    const valueLength = readVarint(cursor);
    records[i] = new FetchedRecord(
      bytes,
      keyFrom,
      keyLength,
      cursor.at,
      Math.max(0, valueLength),
      isTimeOfEach ? time + delta : time,
      offset,
    );
    cursor.at = end;
  }
  if (cursor.at > bytes.length) throw new Error('kafka: a record batch ends before its records');
  return records;
}

/** A record where it lies; its key and value are views that are made when somebody asks. */
class FetchedRecord implements LoggedRecord {
  readonly timestamp: number;
  readonly offset: number;
  readonly #bytes: Buffer;
  readonly #keyFrom: number;
  readonly #keyLength: number;
  readonly #valueFrom: number;
  readonly #valueLength: number;

  constructor(
    bytes: Buffer,
    keyFrom: number,
    keyLength: number,
    valueFrom: number,
    valueLength: number,
    timestamp: number,
    offset: number,
  ) {
    this.#bytes = bytes;
    this.#keyFrom = keyFrom;
    this.#keyLength = keyLength;
    this.#valueFrom = valueFrom;
    this.#valueLength = valueLength;
    this.timestamp = timestamp;
    this.offset = offset;
  }

  get key(): Buffer | null {
    return this.#keyLength < 0 ? null : this.#bytes.subarray(this.#keyFrom, this.#keyFrom + this.#keyLength);
  }

  get value(): Buffer {
    return this.#bytes.subarray(this.#valueFrom, this.#valueFrom + this.#valueLength);
  }

  get size(): number {
    return Math.max(0, this.#keyLength) + this.#valueLength;
  }
}

/** A whole number, zigzag, seven bits a byte, the lowest first. Beyond 32 bits doubles carry on: times are 41 bits. */
function readVarint(cursor: { readonly bytes: Buffer; at: number }): number {
  const first = cursor.bytes[cursor.at++]!;
  let value = (first & 0x7f) >>> 1;
  if (first >= 0x80) {
    let scale = 0x40;
    for (;;) {
      const byte = cursor.bytes[cursor.at++]!;
      value += (byte & 0x7f) * scale;
      if (!(byte >= 0x80)) break;
      scale *= 0x80;
    }
  }
  return (first & 1) === 0 ? value : -value - 1;
}

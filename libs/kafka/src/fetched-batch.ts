import type { LoggedRecord } from '@neartime/streams';
import { batchAt, codecMask, controlFlag, logAppendTimeFlag, uncountedBytes } from './batch-layout.ts';
import { unpackOf } from './compression.ts';
import { crc32c } from './crc32c.ts';
import { recordsIn } from './fetched-records.ts';

/** What is wrong with a batch. */
export interface Damage {
  /** `broker`: its bytes are not those that were sent. `producer`: they are, and nobody can read them. */
  readonly by: 'broker' | 'producer';
  readonly why: string;
}

/** A batch of a partition. */
export interface FetchedBatch {
  /** The offsets that it stands at: from here up to before `to`. Not each has a record: ends of transactions have none. */
  readonly from: number;
  readonly to: number;
  /** Of one that nobody can read, one in its place that says so. */
  readonly records: readonly LoggedRecord[];
  readonly damage?: Damage;
}

/** So many bytes are unpacked of a partition before what follows is left to the next fetch; one batch always is. */
const mostUnpacked = 8 * 1024 * 1024;

/**
 * The batches in what an answer has of a partition. Nothing that is in them is an error: kafkajs would fetch it again and again, and
 * with it all that the same broker has for this member. Behind one that the broker has damaged none is read: where the next begins
 * is not sure. The last may have been cut off: then it comes with the next fetch.
 */
export async function batchesIn(bytes: Buffer): Promise<FetchedBatch[]> {
  const batches: FetchedBatch[] = [];
  let unpacked = 0;
  for (let at = 0; at + batchAt.records <= bytes.length && unpacked < mostUnpacked;) {
    const size = uncountedBytes + bytes.readInt32BE(at + batchAt.length);
    if (at + size > bytes.length) break;
    const batch = bytes.subarray(at, at + size);
    const fault = faultOf(batch, size);
    if (fault !== undefined) {
      batches.push({ ...spanOf(bytes.subarray(at)), records: [], damage: { by: 'broker', why: fault } });
      break;
    }
    const records = await unpackedOf(batch);
    unpacked += records instanceof Buffer ? records.length : 0;
    batches.push(batchOf(batch, records));
    at += size;
  }
  return batches;
}

/** What a batch's head says of itself cannot be, as a broker takes it from nobody. */
function faultOf(batch: Buffer, size: number): string | undefined {
  if (size < batchAt.records) return 'its length is none';
  if (batch[batchAt.format] !== 2) return `it has the format ${batch[batchAt.format]}, and 2 is read`;
  if (crc32c(batch.subarray(batchAt.attributes)) !== batch.readUInt32BE(batchAt.checksum))
    return 'its checksum is wrong';
  const [count, last] = [batch.readInt32BE(batchAt.count), batch.readInt32BE(batchAt.lastOffset)];
  if (count < 0 || last < 0 || count > last + 1) return `its head is damaged: ${count} records at ${last + 1} offsets`;
  return undefined;
}

function spanOf(batch: Buffer): { readonly from: number; readonly to: number } {
  const from = Number(batch.readBigInt64BE(batchAt.baseOffset));
  return { from, to: from + batch.readInt32BE(batchAt.lastOffset) + 1 };
}

/** The bytes of a batch's records, or why there are none to be had. */
async function unpackedOf(batch: Buffer): Promise<Buffer | string> {
  const codec = batch.readInt16BE(batchAt.attributes) & codecMask;
  const unpack = unpackOf(codec);
  if (!unpack) return `it is packed with ${codec}, which is no codec of Kafka`;
  try {
    return await unpack(batch.subarray(batchAt.records));
  } catch (error) {
    return (error as Error).message;
  }
}

function batchOf(batch: Buffer, unpacked: Buffer | string): FetchedBatch {
  const span = spanOf(batch);
  const attributes = batch.readInt16BE(batchAt.attributes);
  if ((attributes & controlFlag) !== 0) return { ...span, records: [] };
  const isTimeOfEach = (attributes & logAppendTimeFlag) === 0;
  const time = Number(batch.readBigInt64BE(isTimeOfEach ? batchAt.firstTime : batchAt.greatestTime));
  if (typeof unpacked !== 'string') {
    const records = recordsIn(unpacked, {
      ...{ baseOffset: span.from, lastOffset: span.to - span.from - 1, time, isTimeOfEach },
      count: batch.readInt32BE(batchAt.count),
    });
    if (records) return { ...span, records };
  }
  const why = typeof unpacked === 'string' ? unpacked : 'what is in it are no records';
  const value = Buffer.from(`${batch.readInt32BE(batchAt.count)} records that cannot be read: ${why}`);
  return {
    ...span,
    records: [{ key: null, value, timestamp: time, offset: span.from }],
    damage: { by: 'producer', why },
  };
}

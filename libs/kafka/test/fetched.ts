import { crc32c } from '../src/crc32c.ts';
import { carrierOf } from '../src/fetch-batches.ts';
import { type FetchedBatch, batchesIn } from '../src/fetched-batch.ts';

/** What is made of batches, as they come one after the other in the answer to a fetch. */
export const fetched = (...batches: readonly Buffer[]): Promise<FetchedBatch[]> => batchesIn(Buffer.concat(batches));

/** The same, as kafkajs hands it over. */
export const messagesOf = async (...batches: readonly Buffer[]) => (await fetched(...batches)).map(carrierOf);

/** The batch, with the first record at another offset. */
export function at(offset: number, batch: Buffer): Buffer {
  const moved = Buffer.from(batch);
  moved.writeBigInt64BE(BigInt(offset));
  return moved;
}

/** The batch with a byte of its records changed, as a broken disk does it. */
export function withChangedByte(batch: Buffer, from = 80): Buffer {
  const changed = Buffer.from(batch);
  changed[from]! ^= 0x55;
  return changed;
}

/** The batch with other records behind its header, and the checksum of a producer that meant it so. */
export function withRecords(batch: Buffer, records: Buffer): Buffer {
  const written = Buffer.concat([batch.subarray(0, 61), records]);
  written.writeInt32BE(written.length - 12, 8);
  written.writeUInt32BE(crc32c(written.subarray(21)), 17);
  return written;
}

/** The batch with other numbers in its head, and the checksum of a producer that meant it so. */
export function withHead(
  batch: Buffer,
  numbers: { readonly lastOffset?: number; readonly count?: number; readonly attributes?: number },
): Buffer {
  const written = Buffer.from(batch);
  if (numbers.lastOffset !== undefined) written.writeInt32BE(numbers.lastOffset, 23);
  if (numbers.count !== undefined) written.writeInt32BE(numbers.count, 57);
  if (numbers.attributes !== undefined) written.writeInt16BE(numbers.attributes, 21);
  written.writeUInt32BE(crc32c(written.subarray(21)), 17);
  return written;
}

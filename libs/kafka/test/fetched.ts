import { createRequire } from 'node:module';
import type { KafkaMessage } from 'kafkajs';
import { crc32c } from '../src/crc32c.ts';

const internal = createRequire(import.meta.url);
const Decoder = internal('kafkajs/src/protocol/decoder.js') as new (bytes: Buffer) => object;
const decodeMessages = internal('kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js') as (
  decoder: object,
) => Promise<KafkaMessage[]>;

/** What kafkajs makes of batches, as they come one after the other in the answer to a fetch. */
export function fetched(...batches: readonly Buffer[]): Promise<KafkaMessage[]> {
  const size = Buffer.alloc(4);
  size.writeInt32BE(batches.reduce((sum, { length }) => sum + length, 0));
  return decodeMessages(new Decoder(Buffer.concat([size, ...batches])));
}

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

/**
 * Where things are in a record batch of format 2, in a log, in a request and in an answer; numbers are big-endian. Behind the head
 * come the records, packed or not.
 *
 * A record: its length, attributes (one byte), time and offset less those of the batch, key, value, number of headers, for each a
 * key and a value. These numbers are zigzag varints; keys and values come after their length, -1 for none.
 */
export const batchAt = {
  /** Offset of its first record, 8 bytes. */
  baseOffset: 0,
  /** Bytes that come after it, 4. */
  length: 8,
  leaderEpoch: 12,
  /** The format, 1. */
  format: 16,
  /** CRC-32C of all that follows, 4. */
  checksum: 17,
  /** The codec and flags, 2. */
  attributes: 21,
  /** Offset of its last record less that of the first, 4. */
  lastOffset: 23,
  /** Milliseconds since the epoch, 8: of the first record. */
  firstTime: 27,
  greatestTime: 35,
  /** Of producers with a number: it (8), their epoch (2), their sequence (4); -1 for others. */
  producerId: 43,
  producerEpoch: 51,
  sequence: 53,
  /** How many records there are, 4. */
  count: 57,
  records: 61,
} as const;

/** Bytes of a batch up to its length, of which the length says nothing. */
export const uncountedBytes = 12;

export const codecMask = 0x7;
export const logAppendTimeFlag = 0x8;
export const controlFlag = 0x20;

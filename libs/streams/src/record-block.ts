import type { LogRecord } from './log.ts';

/** So many bytes are sent to a partition at once, packed or not: brokers take a megabyte a batch. */
export const mostBatchBytes = 512 * 1024;

const roomToBeginWith = 16 * 1024;
/** The most that a record takes besides its key and value: four varints of five bytes, three of one. */
const mostAround = 23;

/**
 * Records for one partition in one run of bytes: whoever sends many makes no object for each. They lie there as Kafka's record
 * batches (format 2) have them before they are packed, so that they need not be laid out again:
 *
 *     length      varint, of what follows
 *     attributes  one byte, 0
 *     time        varint, 0: that of the block
 *     offset      varint, the record's place in the block
 *     key         varint, its length, -1 for none; its bytes
 *     value       varint, its length; its bytes
 *     headers     varint, 0
 *
 * A varint is zigzag (n × 2, or n × -2 - 1 below zero), seven bits a byte, the lowest first.
 */
export class RecordBlock implements Iterable<LogRecord> {
  /** Of all records, epoch milliseconds: when they are sent. */
  timestamp = 0;
  #bytes = Buffer.allocUnsafeSlow(roomToBeginWith);
  #size = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** All records, as they are laid out. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#size);
  }

  /** Whether a record of so many bytes has room. One always has, in an empty block. */
  hasRoomFor(bytes: number): boolean {
    return this.#length === 0 || this.#size + bytes + mostAround <= mostBatchBytes;
  }

  /** Adds a record with the key `keys[keyStart, keyEnd)` (none when `keys` is null) and the value `values[start, end)`. */
  add(keys: Uint8Array | null, keyStart: number, keyEnd: number, values: Uint8Array, start: number, end: number): void {
    const key = keys ? keyEnd - keyStart : -1;
    const value = end - start;
    this.#makeRoom(Math.max(key, 0) + value + mostAround);
    const bytes = this.#bytes;
    const place = this.#length++;
    const rest = 3 + sizeOf(place) + (key < 0 ? 1 : sizeOf(key) + key) + sizeOf(value) + value;
    let at = writeLength(bytes, this.#size, rest);
    bytes[at++] = 0;
    bytes[at++] = 0;
    at = writeLength(bytes, at, place);
    if (keys) {
      at = writeLength(bytes, at, key);
      for (let i = keyStart; i < keyEnd; i++) bytes[at++] = keys[i]!;
    } else bytes[at++] = 1;
    at = writeLength(bytes, at, value);
    for (let i = start; i < end; i++) bytes[at++] = values[i]!;
    bytes[at++] = 0;
    this.#size = at;
  }

  /** Takes all records out; their memory is used again. */
  clear(): void {
    this.#size = 0;
    this.#length = 0;
  }

  /** The records one by one, for whoever wants them so. */
  *[Symbol.iterator](): Iterator<LogRecord> {
    const cursor = { bytes: this.#bytes, at: 0 };
    while (cursor.at < this.#size) {
      readVarint(cursor);
      cursor.at += 2;
      readVarint(cursor);
      const key = readBytes(cursor);
      yield { key, value: readBytes(cursor)!, timestamp: this.timestamp };
      cursor.at++;
    }
  }

  #makeRoom(bytes: number): void {
    if (this.#size + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.#size + bytes));
    this.#bytes.copy(larger, 0, 0, this.#size);
    this.#bytes = larger;
  }
}

/** How many bytes the varint of a length takes. */
function sizeOf(length: number): number {
  if (length < 0x40) return 1;
  if (length < 0x2000) return 2;
  if (length < 0x100000) return 3;
  return length < 0x8000000 ? 4 : 5;
}

/** Writes the varint of a length; gives where it ends. */
function writeLength(bytes: Uint8Array, at: number, length: number): number {
  let left = length;
  let byte = (left & 0x3f) << 1;
  for (left >>>= 6; left > 0; left >>>= 7) {
    bytes[at++] = byte | 0x80;
    byte = left & 0x7f;
  }
  bytes[at++] = byte;
  return at;
}

interface Cursor {
  readonly bytes: Buffer;
  at: number;
}

function readVarint(cursor: Cursor): number {
  let value = 0;
  let shift = 0;
  for (;;) {
    const byte = cursor.bytes[cursor.at++]!;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
    shift += 7;
  }
}

function readBytes(cursor: Cursor): Buffer | null {
  const length = readVarint(cursor);
  if (length < 0) return null;
  const from = cursor.at;
  cursor.at += length;
  return cursor.bytes.subarray(from, cursor.at);
}

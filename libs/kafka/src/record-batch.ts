import { crc32c } from './crc32c.ts';

/*
 * A batch in a log and in the answer to a fetch, big-endian: offset of its first record (8 bytes), length (4), leader epoch (4),
 * magic (1), CRC-32C of all that follows (4), attributes (2), offset of its last record less that of the first (4), two times
 * (8 each), producer id (8) and epoch (2), sequence number (4), number of records (4); then the records, packed or not.
 *
 * A record: length, attributes (1), time and offset less those of the batch, key, value, number of headers, for each a key and a
 * value; numbers are zigzag varints, keys and values come after their length, -1 for none.
 */
const headerBytes = 61;
const magicAt = 16;
const crcAt = 17;
const coveredFrom = 21;
const lastOffsetAt = 23;
const countAt = 57;

/** kafkajs hands records on as the arguments of a call, of which there cannot be many more. */
const mostRecords = 100_000;

/** What is wrong with a batch. */
export interface Damage {
  /** `broker`: its bytes are not those that were sent. `producer`: they are, and nobody can read them. */
  readonly by: 'broker' | 'producer';
  readonly why: string;
  readonly records: number;
}

const damages = new WeakMap<ArrayBufferLike, Damage>();
let anyDamaged = false;

/**
 * The records of a batch, out of what lies behind its header in the answer to a fetch. Of a batch that is damaged, records in
 * their place that say so: kafkajs would fetch it again and again, and with it all that the same broker has for this member.
 */
export async function recordsOf(
  payload: Buffer,
  unpack: (packed: Buffer) => Buffer | Promise<Buffer>,
): Promise<Buffer> {
  const header = headerBefore(payload);
  if (!header) return unpack(payload);
  const count = header.readInt32BE(countAt);
  const damaged = (by: Damage['by'], why: string) => recordsInPlace({ by, why, records: count });
  const covered = bytesAt(payload, coveredFrom - headerBytes, headerBytes - coveredFrom + payload.length);
  const problem = (what: string) => new Error(`kafka: the batch at offset ${header.readBigInt64BE(0)} ${what}`);
  if (count !== header.readInt32BE(lastOffsetAt) + 1) throw problem('has a damaged header');
  if (count > mostRecords) throw problem(`has ${count} records, which are more than ${mostRecords}`);
  if (crc32c(covered) !== header.readUInt32BE(crcAt)) return damaged('broker', 'its checksum is wrong');
  try {
    const records = await unpack(payload);
    return areRecords(records, count) ? records : damaged('producer', 'what is in it are no records');
  } catch (error) {
    return damaged('producer', (error as Error).message);
  }
}

/** What is wrong with the batch that a record stands in the place of; `undefined` for a record that was sent. */
export const damageOf = (value: Uint8Array | null): Damage | undefined =>
  value ? damages.get(value.buffer) : undefined;

/** Whether there was any such batch since the process began: else there is nothing to look for. */
export const isAnyDamaged = (): boolean => anyDamaged;

/** kafkajs hands over a part of the whole answer, so that what was before it is still there. */
function headerBefore(payload: Buffer): Buffer | undefined {
  if (payload.byteOffset < headerBytes) return undefined;
  const header = bytesAt(payload, -headerBytes, headerBytes);
  return header[magicAt] === 2 ? header : undefined;
}

const bytesAt = (payload: Buffer, from: number, length: number): Buffer =>
  Buffer.from(payload.buffer, payload.byteOffset + from, length);

function recordsInPlace(damage: Damage): Buffer {
  const value = Buffer.from(`it was in a batch that cannot be read: ${damage.why}`);
  const records = Array.from({ length: damage.records }, (_, i) => {
    const body = Buffer.concat([Buffer.of(0, 0), varint(i), varint(-1), varint(value.length), value, Buffer.of(0)]);
    return Buffer.concat([varint(body.length), body]);
  });
  const joined = Buffer.concat(records);
  // Memory of its own: that is how they are known again.
  const bytes = Buffer.alloc(joined.length);
  joined.copy(bytes);
  damages.set(bytes.buffer, damage);
  anyDamaged = true;
  return bytes;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}

/** Whether bytes are so many records and nothing else, each with the offset that it has to have. */
export function areRecords(bytes: Uint8Array, count: number): boolean {
  const walk = new Walk(bytes);
  for (let i = 0; i < count; i++) {
    const length = walk.number();
    const end = walk.at + length;
    walk.at++;
    walk.long();
    if (walk.number() !== i) return false;
    walk.bytes();
    walk.bytes();
    const headers = walk.number();
    for (let header = 0; header < headers && walk.at < end; header++) {
      walk.bytes();
      walk.bytes();
    }
    if (walk.at !== end || !(headers >= 0)) return false;
  }
  return walk.at === bytes.length;
}

/** Walks over what records are made of; where that is nothing of it, it is nowhere: NaN. */
class Walk {
  at = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** A varint of 32 bits. */
  number(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#bytes[this.at++];
      if (byte === undefined) break;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
    }
    return (this.at = NaN);
  }

  /** A varint of 64 bits, whatever it says. */
  long(): void {
    for (let i = 0; i < 10; i++) if (this.#bytes[this.at++]! < 0x80) return;
    this.at = NaN;
  }

  /** A key or value, or none. */
  bytes(): void {
    const length = this.number();
    if (length >= 0) this.at += length;
    else if (length !== -1) this.at = NaN;
  }
}

import type { LoggedRecord } from '@neartime/streams';

export interface RecordsHead {
  readonly baseOffset: number;
  /** Offset of the last record less that of the first, at most: a log that was compacted has lost some. */
  readonly lastOffset: number;
  readonly count: number;
  /** Epoch milliseconds: that to which each record's own is added, or that of all. */
  readonly time: number;
  readonly isTimeOfEach: boolean;
}

/** The records in the unpacked bytes of a batch; `undefined` when they are not so many records, in order, and nothing else. */
export function recordsIn(bytes: Buffer, head: RecordsHead): LoggedRecord[] | undefined {
  const { baseOffset, lastOffset, count, time, isTimeOfEach } = head;
  // Each takes seven bytes at least: a count that is a lie takes no memory.
  if (count > bytes.length / 7) return undefined;
  const records = new Array<LoggedRecord>(count);
  const walk = new Walk(bytes);
  let before = -1;
  for (let i = 0; i < count; i++) {
    const length = walk.number();
    const end = walk.at + length;
    walk.at++;
    const ownTime = walk.long();
    const place = walk.number();
    if (!(place > before && place <= lastOffset)) return undefined;
    before = place;
    const keyLength = walk.length();
    const keyFrom = walk.at;
    walk.at += Math.max(0, keyLength);
    const valueLength = walk.length();
    const valueFrom = walk.at;
    walk.at += Math.max(0, valueLength);
    walk.headers(end);
    if (walk.at !== end) return undefined;
    records[i] = new FetchedRecord(
      bytes,
      keyFrom,
      keyLength,
      valueFrom,
      Math.max(0, valueLength),
      isTimeOfEach ? time + ownTime : time,
      baseOffset + place,
    );
  }
  return walk.at === bytes.length ? records : undefined;
}

/** Walks over what records are made of; where that is nothing of it, it is nowhere: NaN. */
class Walk {
  at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** A varint of 32 bits; what a fifth byte has above them is dropped, as Kafka's own clients do. */
  number(): number {
    const first = this.#bytes[this.at]!;
    if (first < 0x80) {
      this.at++;
      return (first >>> 1) ^ -(first & 1);
    }
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#bytes[this.at++];
      if (byte === undefined) break;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
    }
    return (this.at = NaN);
  }

  /** A varint of 64 bits, in a double: times are 41 bits. */
  long(): number {
    const first = this.#bytes[this.at++]!;
    let value = (first & 0x7f) >>> 1;
    if (first >= 0x80) {
      let scale = 0x40;
      for (let more = 9; ; more--) {
        const byte = this.#bytes[this.at++];
        if (byte === undefined || more === 0) return (this.at = NaN);
        value += (byte & 0x7f) * scale;
        if (byte < 0x80) break;
        scale *= 0x80;
      }
    }
    return (first & 1) === 0 ? value : -value - 1;
  }

  /** The length of a key or value; -1: there is none. */
  length(): number {
    const length = this.number();
    return length >= -1 ? length : (this.at = NaN);
  }

  /** Over the headers of a record that ends there. */
  headers(end: number): void {
    let parts = this.number() * 2;
    if (!(parts >= 0)) this.at = NaN;
    for (; parts > 0 && this.at < end; parts--) {
      const length = this.length();
      this.at += Math.max(0, length);
    }
    if (parts > 0) this.at = NaN;
  }
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

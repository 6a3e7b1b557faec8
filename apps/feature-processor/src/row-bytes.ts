import { type FeatureRow, type PartRows, featureRowRecord } from '@neartime/schemas';
import { RecordEncoder, writeLong } from '@neartime/streams';

const encoder = new TextEncoder();

/** The most that an id's length and a value take. */
const mostAround = 16;

/**
 * Lays the rows of one part out as records of `features.<name>`: Confluent's wire format around Avro. The bytes are those that a
 * RecordEncoder gives for the same rows, but no object is made for them: what all rows share is laid out once.
 */
export class RowBytes {
  /** The record that was laid out last, from the beginning on; used again for the next one. */
  bytes = new Uint8Array(1024);
  readonly #rows: PartRows;
  readonly #headLength: number;
  /** Country and brand of each pair. */
  readonly #pairs: readonly Uint8Array[];
  readonly #isLong: boolean;
  readonly #mostAPair: number;

  /** `schemaId`: the number of the schema of the feature's rows. */
  constructor(
    rows: PartRows,
    place: Pick<FeatureRow, 'window' | 'partition' | 'revision' | 'lines'>,
    { schemaId, type }: { readonly schemaId: number; readonly type: 'INT64' | 'DOUBLE' },
  ) {
    this.#rows = rows;
    this.#isLong = type === 'INT64';
    const { fields, ...record } = featureRowRecord('head', 'value', type);
    const head = new RecordEncoder<object>({ ...record, fields: fields.slice(0, 4) }, schemaId).encode(place);
    this.bytes.set(head);
    this.#headLength = head.length;
    this.#pairs = rows.pairs.map(({ country, brand }) => {
      const [countryBytes, brandBytes] = [encoder.encode(country), encoder.encode(brand)];
      const pair = new Uint8Array(countryBytes.length + brandBytes.length + 2 * mostAround);
      let at = writeLong(pair, 0, countryBytes.length);
      pair.set(countryBytes, at);
      at = writeLong(pair, at + countryBytes.length, brandBytes.length);
      pair.set(brandBytes, at);
      return pair.subarray(0, at + brandBytes.length);
    });
    this.#mostAPair = Math.max(0, ...this.#pairs.map(({ length }) => length));
  }

  /** Lays a row out; gives where it ends. */
  lay(row: number): number {
    const { ids, offsets, pair, values } = this.#rows;
    const [start, end] = [offsets[row]!, offsets[row + 1]!];
    const needed = this.#headLength + (end - start) + this.#mostAPair + 2 * mostAround;
    if (needed > this.bytes.length) this.#grow(needed);
    const { bytes } = this;
    let at = writeLong(bytes, this.#headLength, end - start);
    for (let i = start; i < end; i++) bytes[at++] = ids[i]!;
    const pairBytes = this.#pairs[pair[row]!]!;
    for (let i = 0; i < pairBytes.length; i++) bytes[at++] = pairBytes[i]!;
    // Of null and a value, the value.
    bytes[at++] = 2;
    const value = values[row]!;
    if (typeof value === 'bigint') return writeBigLong(bytes, at, value);
    if (this.#isLong) return writeLong(bytes, at, value);
    double[0] = value;
    bytes.set(doubleBytes, at);
    return at + doubleBytes.length;
  }

  #grow(needed: number): void {
    const larger = new Uint8Array(needed * 2);
    larger.set(this.bytes.subarray(0, this.#headLength));
    this.bytes = larger;
  }
}

const double = new Float64Array(1);
/** Avro has doubles as this machine does, the lowest byte first: what Node runs on is so throughout. */
const doubleBytes = new Uint8Array(double.buffer);

function writeBigLong(bytes: Uint8Array, at: number, number: bigint): number {
  let left = number < 0n ? -number * 2n - 1n : number * 2n;
  for (; left >= 0x80n; left >>= 7n) bytes[at++] = Number(left & 0x7fn) | 0x80;
  bytes[at++] = Number(left);
  return at;
}

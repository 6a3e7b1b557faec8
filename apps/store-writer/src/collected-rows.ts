import { KeyTable, murmur2, sortKeys, trimmed } from '@neartime/engines';
import type { PartRows } from '@neartime/schemas';

/** A row as the log gives it, its texts as UTF-8 bytes. */
export interface ReceivedRow {
  readonly window: number;
  readonly partition: number;
  readonly revision: number;
  readonly lines: number;
  readonly id: Uint8Array;
  readonly country: Uint8Array;
  readonly brand: Uint8Array;
  readonly [column: string]: Uint8Array | number | bigint | null;
}

type Value = number | bigint | null;

/**
 * The rows of one revision of a window on a partition, by key: the last one counts. They are copied out of the batches that
 * brought them, into a few arrays: objects would take ten times the memory, and keep every batch.
 */
export class CollectedRows {
  readonly #column: string;
  /** Ids; their tags are places in `#pairs`. */
  readonly #keys = new KeyTable();
  /** Country and brand: two bytes of the country's length, country, brand. */
  readonly #pairs = new KeyTable();
  readonly #values: Value[] = [];
  /** Keys whose last row has no value. */
  #without = 0;
  #pairKey = Buffer.alloc(256);

  constructor(column: string) {
    this.#column = column;
  }

  add(row: ReceivedRow): void {
    const { id } = row;
    const slot = this.#keys.upsert(id, 0, id.length, murmur2(id, 0, id.length), this.#pairOf(row));
    const value = row[this.#column] as Value;
    if (slot < this.#values.length && this.#values[slot] === null) this.#without--;
    if (value === null) this.#without++;
    this.#values[slot] = value;
  }

  get size(): number {
    return this.#keys.size;
  }

  /** The rows that have a value, sorted as every part is. */
  sorted(): PartRows {
    const slots = this.#without > 0 ? this.#slotsWithValue() : undefined;
    const { order, ...rows } = sortKeys(slots ? trimmed(this.#keys, slots) : this.#keys, this.#pairs);
    const valueAt = (row: number) => this.#values[slots ? slots[order[row]!]! : order[row]!]!;
    return { ...rows, values: valuesOf(rows.rows, valueAt) };
  }

  #slotsWithValue(): Int32Array {
    return Int32Array.from(this.#values.flatMap((value, slot) => (value === null ? [] : slot)));
  }

  #pairOf({ country, brand }: ReceivedRow): number {
    const length = 2 + country.length + brand.length;
    if (length > this.#pairKey.length) this.#pairKey = Buffer.alloc(length);
    const key = this.#pairKey;
    key.writeUInt16BE(country.length);
    key.set(country, 2);
    key.set(brand, 2 + country.length);
    return this.#pairs.upsert(key, 0, length, murmur2(key, 0, length), 0);
  }
}

function valuesOf(rows: number, valueAt: (row: number) => number | bigint): PartRows['values'] {
  const doubles = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const value = valueAt(row);
    if (typeof value === 'bigint') return BigInt64Array.from({ length: rows }, (_, i) => BigInt(valueAt(i)));
    doubles[row] = value;
  }
  return doubles;
}

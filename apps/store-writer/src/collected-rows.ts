import type { CountryBrand, PartRows } from '@neartime/schemas';

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

interface Row {
  readonly id: Uint8Array;
  readonly country: Uint8Array;
  readonly brand: Uint8Array;
  readonly value: number | bigint | null;
}

/** The rows of one revision of a window on a partition, by key: the last one counts. */
export class CollectedRows {
  readonly #column: string;
  readonly #rows = new Map<string, Row>();

  constructor(column: string) {
    this.#column = column;
  }

  add(row: ReceivedRow): void {
    const { id, country, brand } = row;
    // latin1 keeps every byte apart; the lengths keep the fields apart.
    const key = `${id.length},${country.length},${latin1(id)}${latin1(country)}${latin1(brand)}`;
    this.#rows.set(key, { id, country, brand, value: row[this.#column] as number | bigint | null });
  }

  get size(): number {
    return this.#rows.size;
  }

  /** The rows that have a value, sorted as every part is. */
  sorted(): PartRows {
    const rows = [...this.#rows.values()].filter(({ value }) => value !== null);
    rows.sort(
      (a, b) => Buffer.compare(a.id, b.id) || Buffer.compare(a.country, b.country) || Buffer.compare(a.brand, b.brand),
    );
    const pairs = pairsOf(rows);
    const offsets = new Int32Array(rows.length + 1);
    rows.forEach(({ id }, i) => (offsets[i + 1] = offsets[i]! + id.length));
    const ids = new Uint8Array(offsets[rows.length]!);
    rows.forEach(({ id }, i) => ids.set(id, offsets[i]));
    const pair = Int32Array.from(rows, (row) => pairs.ranks.get(pairKey(row))!);
    return { rows: rows.length, ids, offsets, pairs: pairs.sorted, pair, values: valuesOf(rows) };
  }
}

const latin1 = (bytes: Uint8Array): string => (bytes as Buffer).toString('latin1');
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const text = (bytes: Uint8Array): string => decoder.decode(bytes);
const pairKey = ({ country, brand }: Row): string => `${country.length},${latin1(country)}${latin1(brand)}`;

function pairsOf(rows: readonly Row[]): { sorted: CountryBrand[]; ranks: Map<string, number> } {
  const distinct = [...new Map(rows.map((row) => [pairKey(row), row])).entries()];
  distinct.sort(([, a], [, b]) => Buffer.compare(a.country, b.country) || Buffer.compare(a.brand, b.brand));
  return {
    sorted: distinct.map(([, { country, brand }]) => ({ country: text(country), brand: text(brand) })),
    ranks: new Map(distinct.map(([key], rank) => [key, rank])),
  };
}

function valuesOf(rows: readonly Row[]): PartRows['values'] {
  const isExact = rows.every(({ value }) => typeof value === 'number');
  return isExact
    ? Float64Array.from(rows, ({ value }) => value as number)
    : BigInt64Array.from(rows, ({ value }) => BigInt(value!));
}

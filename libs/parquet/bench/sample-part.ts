import type { Column } from '../src/part-encoder.ts';

const countries = ['pl', 'pt', 'ro', 'bg', 'ua', 'kz', 'uz', 'in', 'id', 'za'];
const brands = ['olx', 'letgo', 'otomoto', 'storia'];

/** A part as a feature leaves it: sorted uuids, ten countries, four brands, seconds of one window. */
export class SamplePart {
  readonly rows: number;
  readonly idBytes: Buffer;
  readonly offsets: Int32Array;
  readonly country: Int32Array;
  readonly brand: Int32Array;
  readonly at: Float64Array;

  constructor(rows: number) {
    const random = xorshift(20_180_801);
    this.rows = rows;
    const ids = Array.from({ length: rows }, () => uuid(random));
    this.idBytes = Buffer.from(ids.sort().join(''));
    this.offsets = Int32Array.from({ length: rows + 1 }, (_, i) => 36 * i);
    this.country = Int32Array.from({ length: rows }, () => random() % countries.length);
    this.brand = Int32Array.from({ length: rows }, () => random() % brands.length);
    this.at = Float64Array.from({ length: rows }, () => 1_533_118_200 + (random() % 600));
  }

  /** As the sorted rows lie in memory. */
  packedColumns(): Column[] {
    return [
      { name: 'id', type: 'STRING', bytes: this.idBytes, offsets: this.offsets },
      { name: 'country', type: 'STRING', dictionary: countries, indexes: this.country },
      { name: 'brand', type: 'STRING', dictionary: brands, indexes: this.brand },
      { name: 'at', type: 'INT64', values: this.at },
    ];
  }

  /** With a string for every value of text. */
  stringColumns(): { id: string[]; country: string[]; brand: string[] } {
    return {
      id: Array.from({ length: this.rows }, (_, i) => this.idBytes.toString('latin1', 36 * i, 36 * (i + 1))),
      country: Array.from(this.country, (index) => countries[index]),
      brand: Array.from(this.brand, (index) => brands[index]),
    };
  }
}

function xorshift(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

function uuid(random: () => number): string {
  const hex = Array.from({ length: 4 }, () => random().toString(16).padStart(8, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}

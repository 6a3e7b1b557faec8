import { hash as digest } from 'node:crypto';

/**
 * A set of strings, as far as its size is concerned: up to 512 values the sorted hashes of them, beyond that
 * HyperLogLog registers. Which of the two, and its content, is a function of the set: sketches of the same values are
 * equal.
 *
 * A hash is 52 bits of SHA-256. As a register: its low 12 bits name one of 4,096 bytes, which holds the greatest rank
 * met, where a rank is the place of the first one-bit of the other 40 (1 to 40; 41 when there is none).
 */
export type Sketch = number[] | Uint8Array<ArrayBuffer>;

/** As many hashes as weigh what the registers weigh. */
const maxHashes = 512;
const registers = 4096;
const rankBits = 40;

/** 13 hex digits, 52 bits. */
const hashOf = (value: string): number => Number.parseInt(digest('sha256', value, 'hex').slice(0, 13), 16);

/** Adds a value to the sketch, in place where its form allows. */
export const addValue = (sketch: Sketch, value: string): Sketch => addHash(sketch, hashOf(value));

/** Adds what the other sketch holds; the other one stays as it is. */
export function union(sketch: Sketch, other: Sketch): Sketch {
  if (Array.isArray(other)) return other.reduce(addHash, sketch);
  const dense = Array.isArray(sketch) ? toRegisters(sketch) : sketch;
  for (let i = 0; i < registers; i++) if (other[i] > dense[i]) dense[i] = other[i];
  return dense;
}

function addHash(sketch: Sketch, hash: number): Sketch {
  if (!Array.isArray(sketch)) return raise(sketch, hash);
  const at = placeOf(sketch, hash);
  if (sketch[at] === hash) return sketch;
  if (sketch.length === maxHashes) return raise(toRegisters(sketch), hash);
  sketch.splice(at, 0, hash);
  return sketch;
}

/** The place of the first hash that is not less. */
function placeOf(sorted: readonly number[], hash: number): number {
  let from = 0;
  let to = sorted.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (sorted[middle] < hash) from = middle + 1;
    else to = middle;
  }
  return from;
}

const toRegisters = (hashes: readonly number[]): Uint8Array<ArrayBuffer> =>
  hashes.reduce(raise, new Uint8Array(registers));

function raise(dense: Uint8Array<ArrayBuffer>, hash: number): Uint8Array<ArrayBuffer> {
  const register = hash % registers;
  const rest = Math.floor(hash / registers);
  const high = Math.floor(rest / 2 ** 32);
  const rank = high > 0 ? Math.clz32(high) - 23 : Math.clz32(rest % 2 ** 32) + 9;
  if (rank > dense[register]) dense[register] = rank;
  return dense;
}

/**
 * The number of values: exact up to 512, then an estimate with a standard error of 1.6 %.
 * It is Ertl's improved raw estimator (arXiv 1702.01284, algorithm 6): without bias at any size, with no table and no
 * threshold, and of correctly rounded operations alone, so that every machine gets the same bits.
 */
export function cardinality(sketch: Sketch): number {
  if (Array.isArray(sketch)) return sketch.length;
  const counts = new Int32Array(rankBits + 2);
  for (const rank of sketch) counts[rank]++;
  let z = registers * tau(1 - counts[rankBits + 1] / registers);
  for (let rank = rankBits; rank > 0; rank--) z = (z + counts[rank]) / 2;
  z += registers * sigma(counts[0] / registers);
  return Math.round((registers * registers) / (2 * Math.LN2 * z));
}

/** x + Σ x^(2^k) × 2^(k−1) for k from 1 on. */
function sigma(x: number): number {
  let sum = x;
  for (let weight = 1, before = NaN; sum !== before; weight *= 2) {
    x *= x;
    before = sum;
    sum += x * weight;
  }
  return sum;
}

/** (1 − x − Σ (1 − x^(2^−k))² × 2^−k for k from 1 on) / 3. */
function tau(x: number): number {
  let sum = 1 - x;
  for (let weight = 0.5, before = NaN; sum !== before; weight /= 2) {
    x = Math.sqrt(x);
    before = sum;
    sum -= (1 - x) * (1 - x) * weight;
  }
  return sum / 3;
}

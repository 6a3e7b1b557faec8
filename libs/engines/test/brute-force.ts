import { createHash } from 'node:crypto';

/** What the engines must give, worked out the long way round and from all values at once. */

export const sumOf = (values: readonly number[]): bigint => values.reduce((sum, value) => sum + BigInt(value), 0n);

/** An INT64 as an engine gives it: a number where a double holds it exactly, at the limits where it lies beyond. */
export function asInt64(value: bigint): number | bigint {
  const within = [-(2n ** 63n), value, 2n ** 63n - 1n].sort((a, b) => (a < b ? -1 : 1))[1];
  return Number.isSafeInteger(Number(within)) ? Number(within) : within;
}

/** The double nearest to sum / count, found by measuring the doubles around it in exact fractions. */
export function nearestDouble(sum: bigint, count: number): number {
  const bits = new BigInt64Array(1);
  const double = new Float64Array(bits.buffer);
  double[0] = Number(sum) / count;
  const around = [-2n, -1n, 0n, 1n, 2n].map((step) => new Float64Array(BigInt64Array.of(bits[0] + step).buffer)[0]);
  const measured = around.filter(Number.isFinite).map((candidate) => {
    let scaled = candidate;
    let denominator = 1n;
    for (; !Number.isInteger(scaled); denominator *= 2n) scaled *= 2;
    const difference = BigInt(scaled) * BigInt(count) - sum * denominator;
    const isEven = (new BigInt64Array(Float64Array.of(candidate).buffer)[0] & 1n) === 0n;
    return { candidate, distance: difference < 0n ? -difference : difference, denominator, isEven };
  });
  const [nearest] = measured.sort((a, b) => {
    const difference = a.distance * b.denominator - b.distance * a.denominator;
    return difference === 0n ? Number(b.isEven) - Number(a.isEven) : difference < 0n ? -1 : 1;
  });
  return nearest.candidate;
}

/** Registers, from the bits of each hash as text: the last 12 name the register, the others give the rank. */
export function registersOf(values: Iterable<string>): Uint8Array {
  const registers = new Uint8Array(4096);
  for (const value of values) {
    const hex = createHash('sha256').update(value).digest('hex').slice(0, 13);
    const bits = BigInt(`0x${hex}`).toString(2).padStart(52, '0');
    const register = Number.parseInt(bits.slice(40), 2);
    registers[register] = Math.max(registers[register], `${bits.slice(0, 40)}1`.indexOf('1') + 1);
  }
  return registers;
}

/** Up to 512 the size of the set; beyond, the estimate of its registers, with the sums as the paper has them. */
export function distinctCountOf(values: readonly string[]): number {
  const different = new Set(values);
  if (different.size <= 512) return different.size;
  const registers = registersOf(different);
  const m = registers.length;
  const withRank = (rank: number) => registers.filter((value) => value === rank).length;
  const series = (terms: number, term: (k: number) => number) =>
    Array.from({ length: terms }, (_, k) => term(k + 1)).reduce((sum, value) => sum + value, 0);
  const sigma = (x: number) => x + series(20, (k) => x ** (2 ** k) * 2 ** (k - 1));
  const tau = (x: number) => (1 - x - series(60, (k) => (1 - x ** (2 ** -k)) ** 2 * 2 ** -k)) / 3;
  const z =
    m * sigma(withRank(0) / m) + series(40, (k) => withRank(k) * 2 ** -k) + m * tau(1 - withRank(41) / m) * 2 ** -40;
  return Math.round((m * m) / (Math.log(4) * z));
}

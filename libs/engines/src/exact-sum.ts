/** A sum of whole numbers, exact at any size: a number up to 2^53 − 1 either way, a bigint beyond. */
export type ExactSum = number | bigint;

/** The exact sum. Its form depends on its value alone: equal sums are the same bits, however they came about. */
export function plus(a: ExactSum, b: ExactSum): ExactSum {
  if (typeof a === 'number' && typeof b === 'number') {
    // Where the rounded sum is a safe integer, nothing was rounded.
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  const sum = BigInt(a) + BigInt(b);
  const number = Number(sum);
  return Number.isSafeInteger(number) ? number : sum;
}

/** The double nearest to sum / count, to the even one of two that are equally near. */
export function quotient(sum: ExactSum, count: number): number {
  // Both are doubles, and IEEE division rounds once.
  if (typeof sum === 'number') return sum / count;
  const magnitude = sum < 0n ? -sum : sum;
  // 128 binary places tell every quotient from the middle between two doubles, which it misses by 2^-107 or not at all.
  const size = Number((magnitude << 128n) / BigInt(count)) / 2 ** 128;
  return sum < 0n ? -size : size;
}

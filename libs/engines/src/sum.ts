import { Engine, type NumericKind, type OutputColumn } from './engine.ts';
import { type ExactSum, plus } from './exact-sum.ts';

interface Total {
  sum: ExactSum;
}

/**
 * The sum of the key's values, in the units of their field: ones of an `integer`, hundredths of a `decimal(2)`.
 * It is exact at any size; only the result stops at the limits of INT64, −2^63 and 2^63 − 1, if it would pass them.
 */
export abstract class Sum extends Engine<{ value: NumericKind }, Total> {
  readonly input = { value: true } as const;
  readonly output: OutputColumn<'INT64'> = { name: 'value_sum', type: 'INT64' };

  empty(): Total {
    return { sum: 0 };
  }
  add(total: Total, value: number): Total {
    total.sum = plus(total.sum, value);
    return total;
  }
  merge(total: Total, other: Total): Total {
    total.sum = plus(total.sum, other.sum);
    return total;
  }
  result({ sum }: Total): number | bigint {
    if (sum < leastInt64) return leastInt64;
    return sum > greatestInt64 ? greatestInt64 : sum;
  }

  override pack({ sum }: Total): ExactSum {
    return sum;
  }
  override unpack(sum: ExactSum): Total {
    return { sum };
  }
}

const leastInt64 = -(2n ** 63n);
const greatestInt64 = 2n ** 63n - 1n;

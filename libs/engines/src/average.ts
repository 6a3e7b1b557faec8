import { Engine, type NumericKind, type OutputColumn } from './engine.ts';
import { type ExactSum, plus, quotient } from './exact-sum.ts';

interface SumAndCount {
  sum: ExactSum;
  count: number;
}

/**
 * The mean of the key's values, in the units of their field like Sum, Min and Max: over a `decimal(2)` it is in
 * hundredths, so 19.99 and 20.00 average to 1999.5. Sum and count are exact; the result is the double nearest to their
 * quotient.
 */
export abstract class Average extends Engine<{ value: NumericKind }, SumAndCount> {
  readonly input = { value: true } as const;
  readonly output: OutputColumn<'DOUBLE'> = { name: 'value_average', type: 'DOUBLE' };

  empty(): SumAndCount {
    return { sum: 0, count: 0 };
  }
  add(mean: SumAndCount, value: number): SumAndCount {
    mean.sum = plus(mean.sum, value);
    mean.count++;
    return mean;
  }
  merge(mean: SumAndCount, other: SumAndCount): SumAndCount {
    mean.sum = plus(mean.sum, other.sum);
    mean.count += other.count;
    return mean;
  }
  result({ sum, count }: SumAndCount): number {
    return quotient(sum, count);
  }
}

import { Engine, type OutputColumn } from './engine.ts';
import { type Sketch, addValue, cardinality, union } from './hyperloglog.ts';

/**
 * How many different texts the key had: exact up to 512, then a HyperLogLog estimate with a standard error of 1.6 %.
 * A key with a handful of texts weighs some 200 bytes, one with hundreds or more 4 kB: a million keys take 200 MB in
 * the first case, 4 GB in the second. To count different numbers, let the event schema read their field as `text`.
 */
export abstract class DistinctCount extends Engine<{ value: 'text' | 'name' }, Sketch> {
  readonly input = { value: true } as const;
  readonly output: OutputColumn<'INT64'> = { name: 'distinct_count', type: 'INT64' };

  empty(): Sketch {
    return [];
  }
  add(sketch: Sketch, value: string): Sketch {
    return addValue(sketch, value);
  }
  merge(sketch: Sketch, other: Sketch): Sketch {
    return union(sketch, other);
  }
  result(sketch: Sketch): number {
    return cardinality(sketch);
  }
}

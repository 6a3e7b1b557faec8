import { Engine, type NumericKind, type OutputColumn } from './engine.ts';

/** The least value of the key, in the units of its field: ones of an `integer`, hundredths of a `decimal(2)`. */
export abstract class Min extends Engine<{ value: NumericKind }, number> {
  readonly input = { value: true } as const;
  readonly output: OutputColumn<'INT64'> = { name: 'value_min', type: 'INT64' };

  empty(): number {
    return Infinity;
  }
  add(least: number, value: number): number {
    return Math.min(least, value);
  }
  merge(least: number, other: number): number {
    return Math.min(least, other);
  }
  result(least: number): number {
    return least;
  }
}

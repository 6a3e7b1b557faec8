import { Engine, type NumericKind, type OutputColumn } from './engine.ts';

/** The greatest value of the key, in the units of its field: ones of an `integer`, hundredths of a `decimal(2)`. */
export abstract class Max extends Engine<{ value: NumericKind }, number> {
  readonly input = { value: true } as const;
  readonly output: OutputColumn<'INT64'> = { name: 'value_max', type: 'INT64' };

  empty(): number {
    return -Infinity;
  }
  add(greatest: number, value: number): number {
    return Math.max(greatest, value);
  }
  merge(greatest: number, other: number): number {
    return Math.max(greatest, other);
  }
  result(greatest: number): number {
    return greatest;
  }
}

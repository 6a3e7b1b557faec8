import { Engine, type OutputColumn } from './engine.ts';

/** How many events the key had. */
export abstract class Count extends Engine<{}, number> {
  readonly input = {} as const;
  readonly output: OutputColumn<'INT64'> = { name: 'actions_count', type: 'INT64' };

  empty(): number {
    return 0;
  }
  add(count: number): number {
    return count + 1;
  }
  merge(count: number, other: number): number {
    return count + other;
  }
  result(count: number): number {
    return count;
  }
}

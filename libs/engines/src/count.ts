import { Engine } from './engine.ts';

/** How many events the key had. */
export abstract class Count extends Engine<{}, number> {
  readonly input = {} as const;
  readonly output = { name: 'actions_count', type: 'INT64' } as const;

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

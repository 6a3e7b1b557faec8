import { Engine, type OutputColumn } from './engine.ts';

/** When the key first acted: the least timestamp, in epoch seconds. */
export abstract class FirstActionTime extends Engine<{ action_timestamp: 'timestamp' }, number> {
  readonly input = { action_timestamp: true } as const;
  readonly output: OutputColumn<'INT64'> = { name: 'first_action_timestamp', type: 'INT64' };

  empty(): number {
    return Infinity;
  }
  add(earliest: number, timestamp: number): number {
    return timestamp < earliest ? timestamp : earliest;
  }
  merge(earliest: number, other: number): number {
    return other < earliest ? other : earliest;
  }
  result(earliest: number): number {
    return earliest;
  }
}

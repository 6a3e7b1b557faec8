import { Engine, type OutputColumn } from './engine.ts';

/** When the key last acted: the greatest timestamp, in epoch seconds. */
export abstract class LastActionTime extends Engine<{ action_timestamp: 'timestamp' }, number> {
  readonly input = { action_timestamp: true } as const;
  readonly output: OutputColumn<'INT64'> = { name: 'last_action_timestamp', type: 'INT64' };

  empty(): number {
    return -Infinity;
  }
  add(latest: number, timestamp: number): number {
    return timestamp > latest ? timestamp : latest;
  }
  merge(latest: number, other: number): number {
    return other > latest ? other : latest;
  }
  result(latest: number): number {
    return latest;
  }
}

import { type FaultName, faultNames } from './faults/index.ts';
import { Random } from './random.ts';

export interface PlanOptions {
  readonly seed: number;
  /** How often a process is killed. */
  readonly kills: number;
  /** The time over which faults begin. */
  readonly seconds: number;
  /** Faults other than kills, each of which happens once. */
  readonly others?: readonly FaultName[];
}

export interface PlannedFault {
  /** Seconds from the beginning. */
  readonly at: number;
  readonly fault: FaultName;
  /** Distinguishes what the fault draws from what others draw. */
  readonly draw: string;
}

/** Which faults begin when: a function of its options alone, so that a seed that found something finds it again, as far as servers let it. */
export function faultPlan({ seed, kills, seconds, others = everyOther }: PlanOptions): PlannedFault[] {
  const random = new Random(seed, 'faults');
  const names = [...Array.from({ length: kills }, (): FaultName => 'kill'), ...others];
  return names
    .map((fault, n) => ({
      at: Math.round(random.between(0.02, 0.98) * seconds * 10) / 10,
      fault,
      draw: `${fault} ${n}`,
    }))
    .sort((a, b) => a.at - b.at);
}

/** Every fault but kills that one broker is enough for. */
export const everyOther = faultNames.filter(
  (name) => name !== 'kill' && name !== 'leaders move' && name !== 'broker outage',
);

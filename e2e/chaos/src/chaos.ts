import type { Cluster } from './cluster/cluster.ts';
import type { Fleet } from './fleet.ts';
import type { Load } from './load.ts';
import type { Random } from './random.ts';

/** What faults are done to. */
export interface Chaos {
  readonly cluster: Cluster;
  readonly fleet: Fleet;
  readonly load: Load;
  /** Seconds added to the clock of services. */
  readonly clockShift: number;
}

/** Does harm and undoes it; gives what it did, in words. It draws what it needs to decide from `random` alone. */
export type Fault = (chaos: Chaos, random: Random) => Promise<string>;

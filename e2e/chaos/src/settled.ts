import { setTimeout as sleep } from 'node:timers/promises';
import type { Backfilled } from './backfilled.ts';
import { endViolations } from './checks/end-state.ts';
import type { Cluster } from './cluster/cluster.ts';
import type { Fleet } from './fleet.ts';
import type { Stores } from './stores.ts';

export interface Settling {
  readonly expected: Backfilled;
  readonly stores: Stores;
  readonly cluster: Cluster;
  readonly fleet: Fleet;
  /** So long everything may take that was begun. */
  readonly seconds: number;
}

/**
 * Waits until all is settled: every instance has read what there is, every file is done, every window is what its files make
 * of it. Gives what does not hold then, or does not hold in time.
 */
export async function settled(settling: Settling): Promise<string[]> {
  const { expected, stores, cluster, fleet, seconds } = settling;
  let violations = ['settled: the services are not ready, or have not read what there is'];
  for (const end = performance.now() + seconds * 1000; performance.now() < end; await sleep(3000)) {
    if (!(await isIdle(fleet))) continue;
    violations = await endViolations(expected, stores, cluster);
    if (violations.length === 0) return [];
  }
  return violations;
}

/** Whether every instance is ready and has read all that it has to read. */
async function isIdle(fleet: Fleet): Promise<boolean> {
  for (const { process } of fleet.all) {
    const answer =
      process.url === undefined ? undefined : await fetch(`${process.url}/health/ready`).catch(() => undefined);
    if (answer?.status !== 200) return false;
    const { details } = (await answer.json()) as { details: Record<string, { lag?: number }> };
    if (Object.values(details).some(({ lag = 0 }) => lag > 0)) return false;
  }
  return true;
}

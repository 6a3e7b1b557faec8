import { setTimeout as sleep } from 'node:timers/promises';
import type { Backfilled } from './backfilled.ts';
import { endViolations } from './checks/end-state.ts';
import { neartime } from './cli.ts';
import type { Cluster } from './cluster/cluster.ts';
import type { Fleet } from './fleet.ts';
import { type Stores, keyspace } from './stores.ts';

export interface Settling {
  readonly expected: Backfilled;
  readonly stores: Stores;
  readonly cluster: Cluster;
  readonly fleet: Fleet;
  /** So long everything may take that was begun. */
  readonly seconds: number;
}

/**
 * Waits until all is settled: every instance has read what there is, every window is what its files make of it, as
 * `neartime settle` and `neartime parity` say too. Gives what does not hold then, or does not come to hold in time.
 */
export async function settled(settling: Settling): Promise<string[]> {
  const { expected, stores, cluster, fleet, seconds } = settling;
  const end = performance.now() + seconds * 1000;
  let violations = ['settled: the services are not ready, or have not read what there is'];
  for (; performance.now() < end; await sleep(3000)) {
    if (!(await isIdle(fleet))) continue;
    const left = Math.max(10, Math.ceil((end - performance.now()) / 1000));
    violations = [
      ...(await said(cluster, 'settle', '--wait', `${left}s`)),
      ...(await endViolations(expected, stores, cluster)),
    ];
    if (violations.length === 0) return said(cluster, 'parity');
  }
  return violations;
}

/** What a command has to complain of. */
async function said({ cassandra, s3 }: Cluster, command: string, ...flags: string[]): Promise<string[]> {
  const env = { ...cassandra.settings, ...s3.settings() };
  const { code, output } = await neartime([command, '--cassandra', `${cassandra.directly}/${keyspace}`, ...flags], env);
  return code === 0 ? [] : [`neartime ${command} ends with ${code}: ${output.trim()}`];
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

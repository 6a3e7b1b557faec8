import type { Check, RunningWork } from '@neartime/service';
import type { GroupMember } from '@neartime/streams';

/**
 * Members of groups as work that runs: ready when each takes part. They end side by side, with what goes on beside them; what they
 * rest on is closed after them.
 */
export function memberWork(
  members: () => readonly GroupMember[],
  resources: AsyncDisposable,
  ...beside: readonly AsyncDisposable[]
): RunningWork {
  return {
    ready: () => readyOf(members()),
    async [Symbol.asyncDispose]() {
      await Promise.all([...members(), ...beside].map((one) => one[Symbol.asyncDispose]()));
      await resources[Symbol.asyncDispose]();
    },
  };
}

function readyOf(members: readonly GroupMember[]): Check {
  const details = {
    partitions: members.reduce((sum, { partitions }) => sum + partitions.length, 0),
    lag: members.reduce((sum, { lag }) => sum + lag, 0),
  };
  const isReady = members.every((member) => member.isReady);
  return isReady ? { ok: true, details } : { ok: false, why: 'it waits for its group, or begins anew', details };
}

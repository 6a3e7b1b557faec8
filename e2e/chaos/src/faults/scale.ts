import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../chaos.ts';
import type { Kind } from '../fleet.ts';

/** One instance, then three, then two. */
export const scale =
  (kind: Kind): Fault =>
  async ({ fleet }, random) => {
    for (const count of [1, 3, 2]) {
      await fleet.scale(kind, count);
      if (count !== 2) await sleep(random.between(5, 10) * 1000);
    }
    return `${kind}: 1, then 3, then 2`;
  };

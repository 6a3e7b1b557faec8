import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../chaos.ts';
import type { Kind } from '../fleet.ts';

const day = 86_400;

/** The clock of an instance jumps a day, and back after a while. A process reads its shift when it starts, so it starts twice. */
export const clockJump =
  (kind: Kind): Fault =>
  async ({ fleet, clockShift }, random) => {
    const jump = random.pick([day, -day]);
    const wrong = await fleet.replace(random.pick(fleet.of(kind)), { CLOCK_SHIFT: String(clockShift + jump) });
    const seconds = random.between(15, 25);
    await sleep(seconds * 1000);
    // Another fault may have ended it by now.
    if (!wrong.process.hasEnded) await fleet.replace(wrong);
    return `${wrong.id}: its clock was a day ${jump > 0 ? 'ahead' : 'behind'} for ${seconds.toFixed(1)} s`;
  };

import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../chaos.ts';
import type { Kind } from '../fleet.ts';

/** An instance sleeps until others have taken over what it had in hand, wakes up, and goes on with it as if nothing had happened. */
export const sleeper =
  (kind: Kind): Fault =>
  async ({ fleet }, random) => {
    const { id, process } = random.pick(fleet.of(kind));
    const seconds = random.between(8, 15);
    process.signal('SIGSTOP');
    await sleep(seconds * 1000);
    process.signal('SIGCONT');
    return `${id} slept ${seconds.toFixed(1)} s${process.hasEnded ? ', and was killed in its sleep' : ''}`;
  };

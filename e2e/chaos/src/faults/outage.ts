import { setTimeout as sleep } from 'node:timers/promises';
import type { Chaos, Fault } from '../chaos.ts';
import type { ServerContainer } from '../cluster/server-container.ts';

/** A server ends, at once or in good order, and starts again after seconds. */
export const outage =
  (name: string, serverOf: (chaos: Chaos) => ServerContainer): Fault =>
  async (chaos, random) => {
    const how = random.pick(['kill', 'stop'] as const);
    const seconds = random.between(2, 8);
    const server = serverOf(chaos);
    await server[how]();
    await sleep(seconds * 1000);
    await server.start();
    return `${name}: ${how}, started again after ${seconds.toFixed(1)} s`;
  };

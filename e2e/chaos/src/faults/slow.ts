import { setTimeout as sleep } from 'node:timers/promises';
import type { Chaos, Fault } from '../chaos.ts';
import type { Line } from '../../../src/lines/line.ts';

/** Each call to a server takes seconds longer, for a while. */
export const slow =
  (name: string, lineOf: (chaos: Chaos) => Line): Fault =>
  async (chaos, random) => {
    const [delay, seconds] = [random.between(1, 3), random.between(10, 20)];
    const line = lineOf(chaos);
    line.delayMs = delay * 1000;
    await sleep(seconds * 1000);
    line.delayMs = 0;
    return `${name}: ${delay.toFixed(1)} s a call, for ${seconds.toFixed(1)} s`;
  };

/** Nothing passes for a while; then everything that had been sent arrives. */
export const paused =
  (name: string, lineOf: (chaos: Chaos) => Line): Fault =>
  async (chaos, random) => {
    const seconds = random.between(5, 15);
    const line = lineOf(chaos);
    line.pause();
    // Who starts now has to ask.
    const { fleet } = chaos;
    const { id } = await fleet.replace(random.pick(fleet.all));
    await sleep(seconds * 1000);
    line.resume();
    return `${name}: paused for ${seconds.toFixed(1)} s, while ${id} started`;
  };

/** Every connection to a server breaks off. */
export const cut =
  (name: string, lineOf: (chaos: Chaos) => Line): Fault =>
  async (chaos) => {
    lineOf(chaos).cut();
    return `${name}: all connections cut`;
  };

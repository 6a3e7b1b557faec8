import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../chaos.ts';

/** So long a writer may take until it puts an object. */
const patienceMs = 60_000;

const isPut = (piece: Buffer): boolean =>
  piece.subarray(0, 64).toString('latin1').startsWith('PUT /store/features_store');

/** A writer falls asleep while its PUT is under way; the PUT arrives when another has written in its place, then it wakes up. */
export const sleepingPut: Fault = async ({ fleet }, random) => {
  const { id, process, s3 } = random.pick(fleet.of('store-writer'));
  const held = await Promise.race([s3.hold(isPut), sleep(patienceMs, undefined, { ref: false })]);
  s3.holdNothing();
  if (!held) return `${id} put nothing in ${patienceMs / 1000} s: it did not come about`;
  process.signal('SIGSTOP');
  const seconds = random.between(10, 15);
  await sleep(seconds * 1000);
  held.release();
  await sleep(1000);
  process.signal('SIGCONT');
  return `${id} slept ${seconds.toFixed(1)} s while its PUT was on its way${process.hasEnded ? ', and was killed in its sleep' : ''}`;
};

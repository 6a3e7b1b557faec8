import { setTimeout as sleep } from 'node:timers/promises';

/** Waits; true when the time is over, false as soon as the signal is aborted. */
export const paused = (ms: number, signal: AbortSignal): Promise<boolean> =>
  sleep(ms, true, { signal }).catch(() => false);

/** How long a forwarder that is to stop may finish what is in hand. */
const finishMs = 2000;

/** Waits for work that is to stop, but not for ever: what does not end is left to the end of the process. */
export async function ended(work: Promise<unknown>): Promise<void> {
  const done = new AbortController();
  await Promise.race([work, paused(finishMs, done.signal)]);
  done.abort();
}

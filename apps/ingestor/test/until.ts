import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for what is to come; how long that takes says nothing. */
export async function until(holds: () => boolean | Promise<boolean>, what: string, seconds = 60): Promise<void> {
  for (const end = performance.now() + seconds * 1000; !(await holds()); await sleep(5))
    if (performance.now() > end) throw new Error(`it did not come to this: ${what}`);
}

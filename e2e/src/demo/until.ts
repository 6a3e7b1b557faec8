import { setTimeout as sleep } from 'node:timers/promises';

/** Something that was to come true, and did not in its time. */
export class NotInTime extends Error {
  override name = 'NotInTime';
}

/** Asks again and again until there is an answer, and gives it; after so many seconds it says what was waited for. */
export async function until<T>(
  ask: () => Promise<T | undefined>,
  what: string,
  { seconds }: { readonly seconds: number },
): Promise<T> {
  for (const end = performance.now() + seconds * 1000; ; await sleep(200)) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > end) throw new NotInTime(`after ${seconds} s this had not happened: ${what}`);
  }
}

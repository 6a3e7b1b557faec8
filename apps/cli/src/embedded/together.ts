/**
 * Waits for all of them, also after one has failed, and throws what failed first: nothing goes on behind the back of whoever
 * hears of a failure, and closes what the others still use.
 */
export async function together<T>(steps: Iterable<Promise<T>>): Promise<T[]> {
  let failed = false;
  let failure: unknown;
  const settled = await Promise.all(
    Array.from(steps, (step) =>
      step.catch((error: unknown) => {
        if (!failed) failure = error;
        failed = true;
        return undefined as T;
      }),
    ),
  );
  if (failed) throw failure;
  return settled;
}

/** Takes items from the front of `waiting` with so many hands side by side. After a failure no more are taken; it is thrown when all hands are free. */
export async function sideBySide<T>(waiting: T[], hands: number, step: (item: T) => Promise<void>): Promise<void> {
  const takeNext = async (): Promise<void> => {
    try {
      for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await step(item);
    } catch (error) {
      waiting.length = 0;
      throw error;
    }
  };
  await together(Array.from({ length: hands }, takeNext));
}

/** Has items worked on in so many shares side by side; gives the results in the items' order. */
export async function inShares<T, R>(
  items: readonly T[],
  shares: number,
  work: (share: readonly T[]) => Promise<readonly R[]>,
): Promise<R[]> {
  const places = Map.groupBy(items.keys(), (place) => place % shares).values();
  const results = new Array<R>(items.length);
  const steps = Array.from(places, async (share) => {
    const done = await work(share.map((place) => items[place]));
    share.forEach((place, i) => (results[place] = done[i]));
  });
  await together(steps);
  return results;
}

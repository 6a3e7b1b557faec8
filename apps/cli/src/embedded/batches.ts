/** Cuts a list into batches of at most `most` by what an item counts; one that counts more is a batch of its own. */
export function* batches<T>(
  items: readonly T[],
  most: number,
  countOf: (item: T) => number,
): Generator<T[], undefined> {
  let batch: T[] = [];
  let sum = 0;
  for (const item of items) {
    const count = countOf(item);
    if (batch.length > 0 && sum + count > most) {
      yield batch;
      batch = [];
      sum = 0;
    }
    batch.push(item);
    sum += count;
  }
  if (batch.length > 0) yield batch;
}

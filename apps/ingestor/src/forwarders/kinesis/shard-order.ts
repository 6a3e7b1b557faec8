/** A shard, and those that were split or merged into it. */
export interface Shard {
  readonly id: string;
  readonly parents: readonly string[];
}

/**
 * The shards that may be read now: those that have not been read to their end, of which each parent has. So the records of a key stay in
 * their order when shards are split and merged. A parent that the stream shows no more has nothing left to read.
 */
export function openShards(shards: readonly Shard[], ended: ReadonlySet<string>): Shard[] {
  const shown = new Set(shards.map(({ id }) => id));
  const isOver = (id: string) => ended.has(id) || !shown.has(id);
  return shards.filter(({ id, parents }) => !ended.has(id) && parents.every(isOver));
}

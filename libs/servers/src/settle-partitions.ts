import { type Catalogue, type LogTopics, StoreError, type TopicSpec } from '@neartime/streams';

/**
 * Makes the topics that are missing, and checks that each has the partitions that it is to have: the store's objects are named
 * by their events' partition, so another count would put the rows of an id into other objects than those that stand.
 */
export async function settleTopics(log: LogTopics, specs: readonly TopicSpec[]): Promise<void> {
  const counts = await log.ensure(specs);
  for (const { topic, partitions } of specs) {
    const found = counts.get(topic);
    if (found === partitions) continue;
    throw new StoreError(
      `kafka: the topic ${topic} has ${found} partitions, and ${partitions} were asked for; set PARTITIONS (NOTICES_PARTITIONS for raw-files) ` +
        `to what it has, or begin a new store: other topics, or this one deleted, and another keyspace and bucket`,
    );
  }
}

/** The partition count belongs to the store: the first service that starts sets it, and another one is refused. */
export async function settlePartitions(catalogue: Catalogue, asked: number): Promise<void> {
  const standing = Number(await catalogue.settleSetting('partitions', String(asked)));
  if (standing === asked) return;
  throw new StoreError(
    `store: its objects are written with ${standing} partitions, and PARTITIONS is ${asked}; set PARTITIONS=${standing}, ` +
      `or begin a new store in another keyspace and bucket and fill it from the raw files`,
  );
}

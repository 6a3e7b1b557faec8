import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import type { Fault } from '../chaos.ts';

const { Kafka, logLevel } = kafkajs;
const patienceMs = 30_000;

/** The leaders of all partitions go to the next broker, none of which ends: the list of replicas is turned, and its first leads. */
export const leadersMove: Fault = async ({ cluster }) => {
  const kafka = new Kafka({ brokers: [...cluster.kafka], clientId: 'chaos', logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  try {
    const before = await leadersOf(admin);
    const topics = Map.groupBy(before.values(), ({ topic }) => topic);
    await admin.alterPartitionReassignments({
      topics: [...topics].map(([topic, partitions]) => ({
        topic,
        partitionAssignment: partitions.map(({ partition, replicas }) => ({ partition, replicas: turned(replicas) })),
      })),
    });
    for (const end = performance.now() + patienceMs; performance.now() < end; await sleep(1000)) {
      const moved = [...(await leadersOf(admin))].filter(([name, { leader }]) => leader !== before.get(name)?.leader);
      if (moved.length > before.size / 2) return `${moved.length} of ${before.size} partitions have another leader`;
    }
    return `no leaders moved in ${patienceMs / 1000} s: it did not come about`;
  } finally {
    await admin.disconnect();
  }
};

/** One of the brokers ends, so that others lead in its place, and comes back. */
export const brokerOutage: Fault = async ({ cluster }, random) => {
  const broker = random.pick(cluster.brokers);
  const how = random.pick(['kill', 'stop'] as const);
  return inTurn(async () => {
    await broker.server[how]();
    await sleep(random.between(8, 15) * 1000);
    await broker.server.start();
    return `broker ${broker.id}: ${how}, and started again`;
  });
};

let last: Promise<unknown> = Promise.resolve();

/** One broker at a time: two of three that are down are an outage of the log, which is another fault. */
function inTurn(act: () => Promise<string>): Promise<string> {
  const mine = last.then(act);
  last = mine.catch(() => undefined);
  return mine;
}

interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly leader: number;
  readonly replicas: readonly number[];
}

async function leadersOf(admin: kafkajs.Admin): Promise<Map<string, Place>> {
  const { topics } = await admin.fetchTopicMetadata();
  const places = topics
    .filter(({ name }) => !name.startsWith('_'))
    .flatMap(({ name: topic, partitions }) =>
      partitions.map(({ partitionId: partition, leader, replicas }) => ({ topic, partition, leader, replicas })),
    );
  return new Map(places.map((place) => [`${place.topic}[${place.partition}]`, place]));
}

const turned = ([first, ...rest]: readonly number[]): number[] => [...rest, first!];

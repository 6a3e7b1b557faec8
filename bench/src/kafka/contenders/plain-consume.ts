// The floor: kafkajs reads the same records and avsc decodes them, nothing else.
import { eventRecord } from '@neartime/schemas';
import { ConfluentRegistry } from '@neartime/kafka';
import avro from 'avsc';
import { timed } from '../timed.ts';
import { type ToldProcess, told } from '../told.ts';
import { featuresNamed, topicsOf } from '../wiring.ts';
import { plainKafka } from './plain-kafka.ts';

const { place, features, groupId } = told<ToldProcess>();
const kafka = plainKafka(place);
const registry = new ConfluentRegistry({ url: place.servers.registry, clientId: 'bench-plain' });
const eventId = await registry.register(eventRecord);
const type = avro.Type.forSchema(eventRecord as avro.Schema);
const topics = topicsOf(featuresNamed(features)).map((topic) => place.prefix + topic);
const admin = kafka.admin();
await admin.connect();
let wanted = 0;
for (const topic of topics)
  for (const { low, high } of await admin.fetchTopicOffsets(topic)) wanted += Number(high) - Number(low);
await admin.disconnect();
const consumer = kafka.consumer({ groupId: place.prefix + groupId, maxWaitTimeInMs: 250 });
await consumer.connect();
await consumer.subscribe({ topics, fromBeginning: true });
const { promise: allTaken, resolve } = Promise.withResolvers<void>();
let end: ((count: number) => void) | undefined;
let [taken, sum] = [0, 0];
consumer.on(consumer.events.GROUP_JOIN, () => (end ??= timed()));
await consumer.run({
  autoCommit: false,
  eachBatch: async ({ batch }) => {
    for (const { value } of batch.messages) {
      // Progress stands there too.
      if (value!.readInt32BE(1) === eventId)
        sum += (type.fromBuffer(value!.subarray(5)) as { timestamp: number }).timestamp;
    }
    taken += batch.messages.length;
    if (taken === wanted) resolve();
  },
});
await allTaken;
end!(taken);
if (sum < 0) throw new Error('bench: never');
await consumer.disconnect();

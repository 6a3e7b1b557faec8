// The same as a plain loop: gunzip, JSON.parse, clean, avsc, kafkajs, 10,000 messages a send.
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { S3Reservoir, s3Client } from '@neartime/s3';
import { entityFields, entities, eventRecord, topics } from '@neartime/schemas';
import { ConfluentRegistry } from '@neartime/kafka';
import avro from 'avsc';
import type { Message } from 'kafkajs';
import { timed } from '../timed.ts';
import { type ToldIngest, told } from '../told.ts';
import { plainKafka, zstd } from './plain-kafka.ts';

const { place, keys } = told<ToldIngest>();
const atOnce = 10_000;
const registry = new ConfluentRegistry({ url: place.servers.registry, clientId: 'bench-plain' });
const type = avro.Type.forSchema(eventRecord as avro.Schema);
const prefix = Buffer.alloc(5);
prefix.writeInt32BE(await registry.register(eventRecord), 1);

const { endpoint, ...credentials } = place.servers.s3;
const client = s3Client({ endpoint, credentials });
const reservoir = new S3Reservoir({ client, bucket: place.bucket });
const producer = plainKafka(place).producer({ allowAutoTopicCreation: false });
await producer.connect();

const clean = (value: unknown): string | null => {
  if (typeof value === 'number') value = String(value);
  if (typeof value !== 'string') return null;
  const text = value.trim().replace(/\s+/g, ' ').toLowerCase();
  return text.length > 0 && text.length <= 1024 ? text : null;
};

function eventOf(line: string, number: number, fileId: Buffer) {
  const raw = JSON.parse(line) as Record<string, unknown>;
  const time = Number(raw['timestamp']);
  const timestamp = time >= 1e11 ? Math.floor(time / 1000) : time;
  const event_name = typeof raw['event_name'] === 'string' ? raw['event_name'].trim() : '';
  const [device_id, user_id, country, brand] = ['device_id', 'user_id', 'country', 'brand'].map((name) =>
    clean(raw[name]),
  );
  if (event_name === '' || !Number.isInteger(timestamp) || timestamp < 946684800 || timestamp >= 4102444800) return;
  if (!country || !brand || !(device_id || user_id)) return;
  return { event_name, timestamp, device_id, user_id, country, brand, file_id: fileId, line: number };
}

const end = timed();
let read = 0;
const waiting = new Map(entities.map((entity) => [entity, [] as Message[]]));
const send = async (entity: (typeof entities)[number]) => {
  const messages = waiting.get(entity)!;
  waiting.set(entity, []);
  await producer.send({ topic: place.prefix + topics.events(entity), messages, acks: -1, compression: zstd });
};
for (const [index, key] of keys.entries()) {
  const fileId = Buffer.alloc(16, index);
  let number = 0;
  const unpacked = Readable.from(reservoir.open(key)).pipe(createGunzip());
  for await (const line of createInterface({ input: unpacked, crlfDelay: Infinity })) {
    const event = eventOf(line, ++number, fileId);
    if (!event) continue;
    const value = Buffer.concat([prefix, type.toBuffer(event)]);
    for (const entity of entities) {
      const id = event[entityFields[entity]];
      if (!id) continue;
      const messages = waiting.get(entity)!;
      messages.push({ key: id, value });
      if (messages.length >= atOnce) await send(entity);
    }
  }
  read += number;
}
for (const entity of entities) if (waiting.get(entity)!.length > 0) await send(entity);
end(read);
await producer.disconnect();
client.destroy();

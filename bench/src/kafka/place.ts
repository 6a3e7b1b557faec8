import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { CassandraCatalogue, CassandraOnlineStore, CassandraSession } from '@neartime/cassandra';
import { ConfluentRegistry, KafkaReader, KafkaTopics, KafkaWriter, kafkaClient } from '@neartime/kafka';
import { S3ObjectStore, S3Reservoir, s3Client } from '@neartime/s3';
import { commonTopics, featureTopics } from '@neartime/servers';
import { DeadLetters, systemClock } from '@neartime/streams';
import cassandra from 'cassandra-driver';
import type { Admin } from 'kafkajs';
import { ownReader, ownTopics, ownWriter } from './own-log.ts';
import type { Servers } from './servers.ts';

/** What one scenario has to itself on the servers: topics under a prefix, a keyspace, a bucket. */
export interface Place {
  readonly servers: Servers;
  readonly prefix: string;
  readonly keyspace: string;
  readonly bucket: string;
}

/** As the services have them by default, and under the same name. */
export const partitions = Number(process.env['PARTITIONS'] ?? 4);
export const noticesPartitions = 4;
export const grace = 180;
const retentionMs = 86_400_000;

const brokersOf = ({ servers }: Place) =>
  kafkaClient({ brokers: servers.kafka, clientId: 'neartime-bench', onLog: () => undefined });

const objectsClient = ({ servers: { s3 } }: Place) =>
  s3Client({
    endpoint: s3.endpoint,
    credentials: { accessKeyId: s3.accessKeyId, secretAccessKey: s3.secretAccessKey },
  });

export const sessionOptions = ({ servers, keyspace }: Place) => ({
  contactPoints: [servers.cassandra],
  localDataCenter: servers.dataCenter,
  keyspace,
});

/** Connects to a place as the services connect to their servers. */
export async function connectPlace(place: Place) {
  await using stack = new AsyncDisposableStack();
  const kafka = brokersOf(place);
  const writer = ownWriter(place.prefix, stack.use(await KafkaWriter.connect(kafka)));
  const topics = ownTopics(place.prefix, stack.use(await KafkaTopics.connect(kafka)));
  const registry = new ConfluentRegistry({ url: place.servers.registry, clientId: 'neartime-bench' });
  const session = stack.use(await CassandraSession.connect(sessionOptions(place)));
  const client = objectsClient(place);
  stack.defer(() => client.destroy());
  const deadLetters = await DeadLetters.over(writer, registry, systemClock, ({ reason }) => {
    throw new Error(`bench: a record was buried: ${reason}`);
  });
  const catalogue = await CassandraCatalogue.over(session);
  const connections = stack.move();
  return {
    ...{ writer, topics, registry, deadLetters, catalogue },
    reader: ownReader(place.prefix, new KafkaReader(kafka)),
    online: new CassandraOnlineStore(session, { windowsTtl: 90 * 86_400 }),
    reservoir: new S3Reservoir({ client, bucket: place.bucket }),
    objects: new S3ObjectStore({ client, bucket: place.bucket, prefix: '' }),
    /** Puts a raw file. */
    put: (key: string, body: Uint8Array) =>
      client.send(new PutObjectCommand({ Bucket: place.bucket, Key: key, Body: body })),
    [Symbol.asyncDispose]: () => connections.disposeAsync(),
  };
}

export type PlaceConnection = Awaited<ReturnType<typeof connectPlace>>;

/** Calls `use` with a place that is made for it and gone afterwards. */
export async function withPlace<T>(
  servers: Servers,
  features: readonly string[],
  use: (place: Place, connection: PlaceConnection) => Promise<T>,
): Promise<T> {
  const name = `bench${randomBytes(4).toString('hex')}`;
  const place = { servers, prefix: `${name}.`, keyspace: name, bucket: name };
  const client = objectsClient(place);
  await client.send(new CreateBucketCommand({ Bucket: place.bucket }));
  client.destroy();
  try {
    await using connection = await connectPlace(place);
    const specs = { partitions, noticesPartitions, retentionMs };
    await connection.topics.ensure([...commonTopics(specs), ...featureTopics(features, specs)]);
    return await use(place, connection);
  } finally {
    await remove(place);
  }
}

const leaveTries = 8;
const leavePauseMs = 5000;

/** A member that was ended without a word is in its group until its session is over. */
async function deleteGroups(admin: Admin, groups: string[]): Promise<void> {
  for (let tries = 1; groups.length > 0; tries++) {
    try {
      await admin.deleteGroups(groups);
      return;
    } catch (error) {
      const { groups: left = [] } = error as { groups?: { groupId: string }[] };
      if (tries === leaveTries || left.length === 0) throw error;
      groups = left.map(({ groupId }) => groupId);
      await sleep(leavePauseMs);
    }
  }
}

async function remove(place: Place): Promise<void> {
  const admin = brokersOf(place).admin();
  await admin.connect();
  const mine = (name: string) => name.startsWith(place.prefix);
  await admin.deleteTopics({ topics: (await admin.listTopics()).filter(mine), timeout: 30_000 });
  const { groups } = await admin.listGroups();
  await deleteGroups(admin, groups.map(({ groupId }) => groupId).filter(mine));
  await admin.disconnect();

  const { contactPoints, localDataCenter, keyspace } = sessionOptions(place);
  const session = new cassandra.Client({ contactPoints, localDataCenter, socketOptions: { readTimeout: 60_000 } });
  await session.execute(`DROP KEYSPACE IF EXISTS ${keyspace}`);
  await session.shutdown();

  const client = objectsClient(place);
  const listed = await client.send(new ListObjectsV2Command({ Bucket: place.bucket }));
  for (const { Key } of listed.Contents ?? [])
    await client.send(new DeleteObjectCommand({ Bucket: place.bucket, Key }));
  await client.send(new DeleteBucketCommand({ Bucket: place.bucket }));
  client.destroy();
}

import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual, promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { Feature } from '@neartime/engines';
import { type Servers, startLog } from '@neartime/testing/servers';
import { treeHash } from '@neartime/testing';
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry';
import cassandra from 'cassandra-driver';
import kafkajs from 'kafkajs';
import { expect } from 'vitest';
import { type Expected, inOrder } from '../expected.ts';
import { type ServiceName, ServiceProcess } from './service-process.ts';

export async function until(holds: () => boolean | Promise<boolean>, what: () => string, seconds = 90): Promise<void> {
  for (const end = performance.now() + seconds * 1000; !(await holds()); await sleep(100))
    if (performance.now() > end) throw new Error(`after ${seconds} s it had not come to this: ${what()}`);
}

const { CompressionCodecs, CompressionTypes, Kafka, logLevel } = kafkajs;

const complete = (source: string, completeUpTo: string): string => JSON.stringify({ source, completeUpTo });

// What the services send is packed with zstd, which kafkajs does not know by itself.
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: promisify(zstdCompress),
  decompress: promisify(zstdDecompress),
});

/** One whole pipeline: a log, two buckets and a keyspace of its own, and services as processes. Speaks to the servers by their plain clients. */
export class Pipeline implements AsyncDisposable {
  readonly services: ServiceProcess[] = [];
  readonly keyspace = `e2e_${randomUUID().replaceAll('-', '').slice(0, 16)}`;
  readonly raw = `raw-${randomUUID().slice(0, 8)}`;
  readonly store = `store-${randomUUID().slice(0, 8)}`;
  readonly #servers: Servers;
  readonly #s3: S3Client;
  readonly #cassandra: cassandra.Client;
  readonly #kafka: kafkajs.Kafka;
  readonly #resources: AsyncDisposableStack;
  readonly #env: Readonly<Record<string, string>>;

  private constructor(servers: Servers, env: Readonly<Record<string, string>>, resources: AsyncDisposableStack) {
    this.#servers = servers;
    this.#env = env;
    this.#resources = resources;
    const { endpoint, ...credentials } = servers.s3;
    this.#s3 = new S3Client({ endpoint, credentials, region: 'us-east-1', forcePathStyle: true });
    const { contactPoint, localDataCenter } = servers.cassandra;
    this.#cassandra = new cassandra.Client({
      contactPoints: [contactPoint],
      localDataCenter,
      encoding: { useBigIntAsLong: true },
    });
    this.#kafka = new Kafka({ brokers: [servers.kafka], clientId: 'e2e', logLevel: logLevel.NOTHING });
    resources.defer(() => this.#cassandra.shutdown());
    resources.defer(() => this.#s3.destroy());
  }

  /** `env`: settings of all its services. */
  static async start(servers: Servers, env: Readonly<Record<string, string>> = {}): Promise<Pipeline> {
    const resources = new AsyncDisposableStack();
    const log = resources.use(await startLog());
    const pipeline = new Pipeline({ ...servers, kafka: log.kafka, registry: log.registry }, env, resources);
    for (const Bucket of [pipeline.raw, pipeline.store]) await pipeline.#s3.send(new CreateBucketCommand({ Bucket }));
    await pipeline.#cassandra.connect();
    return pipeline;
  }

  run(name: ServiceName, env: Readonly<Record<string, string>> = {}): ServiceProcess {
    const { kafka, registry, cassandra: online, s3 } = this.#servers;
    const service = new ServiceProcess(name, {
      KAFKA_BROKERS: kafka,
      SCHEMA_REGISTRY_URL: registry,
      CASSANDRA_CONTACT_POINTS: online.contactPoint,
      CASSANDRA_LOCAL_DATA_CENTER: online.localDataCenter,
      CASSANDRA_KEYSPACE: this.keyspace,
      S3_ENDPOINT: s3.endpoint,
      S3_ACCESS_KEY_ID: s3.accessKeyId,
      S3_SECRET_ACCESS_KEY: s3.secretAccessKey,
      STORE: `s3://${this.store}`,
      ...this.#env,
      ...env,
    });
    this.services.push(service);
    return service;
  }

  async ready(seconds = 120): Promise<void> {
    for (const service of this.services)
      await until(
        () => service.isReady(),
        () => `${service.name} is ready\n${service.said()}`,
        seconds,
      );
  }

  /** Puts the raw files of a folder into the bucket, and gives their keys. */
  async upload(folder: string): Promise<string[]> {
    const keys = Object.keys(treeHash(folder)).sort();
    for (const Key of keys)
      await this.#s3.send(new PutObjectCommand({ Bucket: this.raw, Key, Body: readFileSync(join(folder, Key)) }));
    return keys;
  }

  async putRaw(Key: string, Body: Buffer): Promise<void> {
    await this.#s3.send(new PutObjectCommand({ Bucket: this.raw, Key, Body }));
  }

  /** Writes notices of a source. */
  async notify(source: string, values: readonly string[]): Promise<void> {
    const producer = this.#kafka.producer();
    await producer.connect();
    await producer.send({ topic: 'raw-files', acks: -1, messages: values.map((value) => ({ key: source, value })) });
    await producer.disconnect();
  }

  /** Puts raw files into the bucket and notifies them, but for those that are held back: first that every source begins, so that none is closed without another. */
  async ingest(
    expected: Expected,
    { begin, end }: { readonly begin: string; readonly end: string },
    heldBack: readonly string[] = [],
  ): Promise<void> {
    await this.upload(expected.reservoir);
    const bySource = expected.bySource(this.raw);
    for (const source of bySource.keys()) await this.notify(source, [complete(source, begin)]);
    await until(
      async () => (await this.rows('SELECT source FROM $.sources')).length === bySource.size,
      () => `every source has said that it begins\n${this.said()}`,
    );
    for (const [source, paths] of bySource)
      await this.notify(source, [
        ...paths.filter((path) => !heldBack.includes(path)).map((path) => `s3://${this.raw}/${path}`),
        complete(source, end),
      ]);
  }

  /** Waits until the store and the online tables hold what a backfill gives for some features; fails with how they differ. */
  async holds(expected: Expected, features: readonly Feature[]): Promise<void> {
    const wanted = expected.objects(features);
    const isThere = async () => {
      const found = await this.objects(features);
      return Object.entries(wanted).every(([name, hash]) => found[name] === hash);
    };
    await until(isThere, () => `the objects stand\n${this.said()}`);
    expect(await this.objects(features)).toEqual(wanted);
    for (const feature of features) {
      const rows = expected.online(feature);
      const isOnline = async () => isDeepStrictEqual(await this.online(feature), rows);
      await until(isOnline, () => `the rows of ${feature.name} are online\n${this.said()}`, 20).catch(() => undefined);
      expect(await this.online(feature)).toEqual(rows);
    }
  }

  /** What is online of a feature, as Expected has it. */
  async online({ name, engine }: Feature): Promise<string[]> {
    const column = engine.output.name;
    const rows = await this.rows(`SELECT id, country, brand, window, ${column}, final FROM $.${name}`);
    return inOrder(
      rows.map((row) => [
        ...[
          row['id'],
          row['country'],
          row['brand'],
          (row['window'] as Date).getTime() / 1000,
          Number(row[column]),
          row['final'],
        ],
      ]),
    );
  }

  /** The last that every service logged. */
  said(): string {
    return this.services.map((service) => `${service.name}\n${service.said()}`).join('\n');
  }

  /** When the record was appended, epoch seconds, after which all of so many sources are complete up to this time. */
  async progressTime(topic: string, upTo: number, sources: number): Promise<number> {
    const complete = new Set<string>();
    const registry = new SchemaRegistry({ host: this.#servers.registry });
    const consumer = this.#kafka.consumer({ groupId: `e2e-${randomUUID()}`, maxWaitTimeInMs: 100 });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    const found = Promise.withResolvers<number>();
    await consumer.run({
      eachMessage: async ({ message }) => {
        const said = (await registry.decode(message.value!)) as {
          sources?: { source: string; complete_up_to: number }[];
        };
        for (const { source, complete_up_to } of said.sources ?? []) if (complete_up_to >= upTo) complete.add(source);
        if (complete.size === sources) found.resolve(Number(message.timestamp) / 1000);
      },
    });
    const time = await found.promise;
    await consumer.disconnect();
    return time;
  }

  /** How many versions of a schema the registry has. */
  async versions(subject: string): Promise<number> {
    const answer = await fetch(`${this.#servers.registry}/subjects/${subject}/versions`);
    return ((await answer.json()) as number[]).length;
  }

  /** When each object of the store was put, epoch seconds. */
  async lastModified(): Promise<number[]> {
    const { Contents = [] } = await this.#s3.send(new ListObjectsV2Command({ Bucket: this.store }));
    return Contents.map(({ LastModified }) => LastModified!.getTime() / 1000);
  }

  /** Deletes the first share of the records of every partition of a topic, as retention does. */
  async forget(topic: string, share: number): Promise<void> {
    const admin = this.#kafka.admin();
    await admin.connect();
    const offsets = await admin.fetchTopicOffsets(topic);
    const partitions = offsets.map(({ partition, high }) => ({
      partition,
      offset: String(Math.floor(Number(high) * share)),
    }));
    await admin.deleteTopicRecords({ topic, partitions });
    await admin.disconnect();
  }

  /** The SHA-256 of every object of the store, by name. */
  async objects(features?: readonly Feature[]): Promise<Record<string, string>> {
    const hashes: Record<string, string> = {};
    for (let ContinuationToken: string | undefined; ;) {
      const page = await this.#s3.send(new ListObjectsV2Command({ Bucket: this.store, ContinuationToken }));
      for (const { Key } of page.Contents ?? []) {
        if (features && !features.some(({ name }) => Key!.startsWith(`features_store/${name}/`))) continue;
        const { Body } = await this.#s3.send(new GetObjectCommand({ Bucket: this.store, Key }));
        hashes[Key!] = createHash('sha256')
          .update(await Body!.transformToByteArray())
          .digest('hex');
      }
      ContinuationToken = page.NextContinuationToken;
      if (!ContinuationToken) return hashes;
    }
  }

  /** Rows of a statement, in which $ is the keyspace; none while its table is not there. */
  async rows(cql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    const rows: Record<string, unknown>[] = [];
    const options = { prepare: values.length > 0, fetchSize: 1000 };
    try {
      for await (const found of await this.#cassandra.execute(cql.replaceAll('$', this.keyspace), values, options))
        rows.push(Object.fromEntries(found.keys().map((key) => [key, found[key] as unknown])));
    } catch (error) {
      if (!/table .* does not exist/.test((error as Error).message)) throw error;
    }
    return rows;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.services.map((service) => service.stop('SIGKILL')));
    await this.#cassandra.execute(`DROP KEYSPACE IF EXISTS ${this.keyspace}`).catch(() => undefined);
    await this.#resources.disposeAsync();
  }
}

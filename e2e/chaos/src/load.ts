import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateBucketCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import kafkajs from 'kafkajs';
import type { Cluster } from './cluster/cluster.ts';
import { type Delivery, type LoadPlan, bucket, isoTime, sourceOf } from './load-plan.ts';

const { Kafka, logLevel } = kafkajs;
const topic = 'raw-files';
/** As the services have it by default. */
const noticesPartitions = 4;

/** Puts raw files into the bucket and writes their notices, as trackers do: a server that is down is tried again. */
export class Load implements AsyncDisposable {
  readonly #plan: LoadPlan;
  readonly #s3: S3Client;
  readonly #producer: kafkajs.Producer;
  readonly #sent: Delivery[] = [];
  #isOver = false;
  readonly #doubled: { readonly share: number; readonly come: (path: string | undefined) => void }[] = [];

  private constructor(plan: LoadPlan, s3: S3Client, producer: kafkajs.Producer) {
    this.#plan = plan;
    this.#s3 = s3;
    this.#producer = producer;
  }

  static async over(plan: LoadPlan, cluster: Cluster, buckets: readonly string[]): Promise<Load> {
    const s3 = cluster.s3.client();
    for (const Bucket of buckets) await s3.send(new CreateBucketCommand({ Bucket }));
    const kafka = new Kafka({ brokers: [...cluster.kafka], clientId: 'chaos', logLevel: logLevel.NOTHING });
    const producer = kafka.producer({ retry: { retries: 2 } });
    await producer.connect();
    return new Load(plan, s3, producer);
  }

  /** The files whose notices stand, in the order of their coming. */
  get sent(): readonly Delivery[] {
    return this.#sent;
  }

  /** Says that the sources begin, so that none is late because another was quicker. */
  async begin(): Promise<void> {
    const { sources, time } = this.#plan.begin;
    for (const source of sources)
      await this.#write({ key: source, value: JSON.stringify({ source, completeUpTo: isoTime(time) }) });
  }

  /** Brings all files, each at its moment or, when servers were down, later; ends when the last notice stands. */
  async run(): Promise<void> {
    const began = performance.now();
    await Promise.all(
      this.#plan.lanes.map(async (lane) => {
        for (const delivery of lane) {
          await sleep(Math.max(0, delivery.at * 1000 - (performance.now() - began)));
          await this.#deliver(delivery);
        }
      }),
    );
    this.#isOver = true;
    for (const { come } of this.#doubled.splice(0)) come(undefined);
  }

  /** Writes the next file's notice into two partitions at once; `share` says which is the other. Gives its path; `undefined` when none comes. */
  doubleNext(share: number): Promise<string | undefined> {
    return new Promise((come) => (this.#isOver ? come(undefined) : this.#doubled.push({ share, come })));
  }

  /** Writes the notice of a file again, as its source does or into a partition that is another's. */
  async notifyAgain({ path }: Delivery, partition?: number): Promise<void> {
    await this.#write({
      key: sourceOf(path),
      value: `s3://${bucket}/${path}`,
      ...(partition !== undefined && { partition }),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#s3.destroy();
    await this.#producer.disconnect();
  }

  async #deliver(delivery: Delivery): Promise<void> {
    const Body = readFileSync(join(this.#plan.reservoir, delivery.path));
    await again(() => this.#s3.send(new PutObjectCommand({ Bucket: bucket, Key: delivery.path, Body })));
    const double = this.#doubled.shift();
    const other = double && Math.floor(double.share * noticesPartitions);
    // The other partition may be the source's own: then it comes twice to one instance.
    await Promise.all([this.notifyAgain(delivery), other !== undefined && this.notifyAgain(delivery, other)]);
    double?.come(delivery.path);
    this.#sent.push(delivery);
  }

  #write(message: kafkajs.Message): Promise<unknown> {
    return again(() => this.#producer.send({ topic, acks: -1, messages: [message] }));
  }
}

async function again<T>(act: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await act();
    } catch {
      await sleep(500);
    }
  }
}

import type { Admin, Consumer, EachBatchPayload, Kafka, ProducerBatch, RecordMetadata } from 'kafkajs';
import { carrierOf } from '../src/fetch-batches.ts';

/* One broker cannot show what kafkajs does wrong among several: this stands in its place and does it. */

export interface SeenCommit {
  readonly partition: number;
  readonly offset: string;
  readonly metadata?: string | null;
}

/** A producer that answers as it is told. */
export function fakeProducer(answer: (batch: ProducerBatch) => RecordMetadata[] | Error): Kafka {
  const producer = {
    connect: async () => undefined,
    disconnect: async () => undefined,
    sendBatch: async (batch: ProducerBatch) => {
      const answered = answer(batch);
      if (answered instanceof Error) throw answered;
      return answered;
    },
  };
  return { producer: () => producer } as unknown as Kafka;
}

const events = {
  GROUP_JOIN: 'consumer.group_join',
  HEARTBEAT: 'consumer.heartbeat',
  REBALANCING: 'consumer.rebalancing',
  CRASH: 'consumer.crash',
  DISCONNECT: 'consumer.disconnect',
};

/** A consumer of one topic whose memberships and batches a test deals out, with the offsets that its group has. */
export class FakeConsumer {
  readonly topic = 'events.device';
  readonly seeks: { partition: number; offset: number }[] = [];
  readonly paused = new Set<number>();
  readonly commits: SeenCommit[] = [];
  /** What the group has committed, as the broker tells it. */
  committed: { partition: number; offset: string; metadata: string | null }[] = [];
  bounds = { low: '0', high: '1000' };
  #eachBatch: ((payload: EachBatchPayload) => Promise<void>) | undefined;
  readonly #listeners = new Map<string, ((event: { payload: unknown }) => void)[]>();

  get kafka(): Kafka {
    return {
      consumer: () => this.#consumer() as unknown as Consumer,
      admin: () => this.#admin() as unknown as Admin,
    } as unknown as Kafka;
  }

  /** The group deals this member these partitions. */
  deal(...partitions: number[]): void {
    this.#tell(events.GROUP_JOIN, { payload: { memberAssignment: { [this.topic]: partitions } } });
  }

  /** kafkajs gives up, and has no group from then on until it is run again. */
  crash(error: Error, restart = false): void {
    this.#eachBatch = undefined;
    this.#tell(events.CRASH, { payload: { error, restart } });
  }

  get isRun(): boolean {
    return this.#eachBatch !== undefined;
  }

  /** The group answers a sign of life. */
  beat(): void {
    this.#tell(events.HEARTBEAT, { payload: {} });
  }

  /** Records of these offsets are fetched. Gives the offsets up to which fetching goes on from there. */
  fetch(partition: number, ...offsets: number[]): Promise<number[]> {
    const records = offsets.map((offset) => ({ key: null, value: Buffer.from(`${offset}`), timestamp: 0, offset }));
    return this.fetchMessages(partition, [carrierOf({ from: offsets[0]!, to: offsets.at(-1)! + 1, records })]);
  }

  /** The same with messages as kafkajs has them. */
  async fetchMessages(partition: number, messages: readonly object[]): Promise<number[]> {
    const resolved: number[] = [];
    await this.#eachBatch!({
      batch: { topic: this.topic, partition, messages, highWatermark: this.bounds.high },
      resolveOffset: (offset: string) => void resolved.push(Number(offset)),
      isStale: () => false,
    } as unknown as EachBatchPayload);
    return resolved;
  }

  #consumer() {
    return {
      events,
      connect: async () => undefined,
      subscribe: async () => undefined,
      disconnect: async () => undefined,
      on: (name: string, listener: (event: { payload: unknown }) => void) =>
        void this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), listener]),
      run: async ({ eachBatch }: { eachBatch: (payload: EachBatchPayload) => Promise<void> }) =>
        void (this.#eachBatch = eachBatch),
      seek: ({ partition, offset }: { partition: number; offset: string }) => {
        this.#mustBeRun();
        this.seeks.push({ partition, offset: Number(offset) });
      },
      pause: ([{ partitions }]: [{ partitions: number[] }]) => {
        this.#mustBeRun();
        partitions.forEach((partition) => this.paused.add(partition));
      },
      resume: ([{ partitions }]: [{ partitions: number[] }]) => {
        this.#mustBeRun();
        partitions.forEach((partition) => this.paused.delete(partition));
      },
      commitOffsets: async (offsets: SeenCommit[]) => void this.commits.push(...offsets),
    };
  }

  #tell(name: string, event: { payload: unknown }): void {
    for (const listener of this.#listeners.get(name)!) listener(event);
  }

  #mustBeRun(): void {
    if (!this.isRun) throw new Error('Consumer group was not initialized, consumer#run must be called first');
  }

  #admin() {
    return {
      connect: async () => undefined,
      disconnect: async () => undefined,
      fetchOffsets: async () => [{ topic: this.topic, partitions: this.committed }],
      fetchTopicOffsets: async () =>
        [0, 1, 2, 3].map((partition) => ({ partition, ...this.bounds, offset: this.bounds.high })),
    };
  }
}

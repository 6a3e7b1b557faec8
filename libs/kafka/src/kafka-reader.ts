import type { GroupMember, GroupOptions, LogReader } from '@neartime/streams';
import type { Kafka } from 'kafkajs';
import { kafkaError } from './failure.ts';
import { KafkaMember } from './kafka-member.ts';

export interface ReaderOptions {
  /** Milliseconds without a sign of life after which the group takes a member for dead. */
  readonly sessionTimeoutMs: number;
  /** Milliseconds that a broker waits for records before it answers that there are none. */
  readonly waitMs: number;
}

/** Consumer groups by kafkajs. */
export class KafkaReader implements LogReader {
  readonly #kafka: Kafka;
  readonly #options: ReaderOptions;

  constructor(kafka: Kafka, options: Partial<ReaderOptions> = {}) {
    this.#kafka = kafka;
    this.#options = { sessionTimeoutMs: 30_000, waitMs: 250, ...options };
  }

  async join(options: GroupOptions): Promise<GroupMember> {
    const consumer = this.#kafka.consumer({
      groupId: options.groupId,
      allowAutoTopicCreation: false,
      sessionTimeout: this.#options.sessionTimeoutMs,
      heartbeatInterval: Math.floor(this.#options.sessionTimeoutMs / 10),
      rebalanceTimeout: 60_000,
      maxWaitTimeInMs: this.#options.waitMs,
      minBytes: 1,
      // Nothing on our topics is written in transactions; and so batches come as fetch-batches.ts reads them.
      readUncommitted: true,
      maxBytesPerPartition: 512 * 1024,
      // It goes on whatever happens; whoever is interested asks whether it is ready.
      retry: { initialRetryTime: 200, maxRetryTime: 5000, retries: 10, restartOnFailure: async () => true },
    });
    const admin = this.#kafka.admin();
    try {
      await admin.connect();
      await consumer.connect();
      await consumer.subscribe({ topics: [...options.topics], fromBeginning: true });
      return await KafkaMember.run(consumer, admin, options, this.#options.sessionTimeoutMs / 2);
    } catch (cause) {
      await Promise.allSettled([consumer.disconnect(), admin.disconnect()]);
      throw kafkaError(`cannot join the group ${options.groupId}`, cause);
    }
  }
}

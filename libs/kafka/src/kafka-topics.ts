import type { LogTopics, TopicSpec } from '@neartime/streams';
import type { Admin, Kafka } from 'kafkajs';
import { kafkaError } from './failure.ts';

export interface TopicDefaults {
  /** Replicas of a new topic; -1 takes the broker's default. */
  readonly replicationFactor: number;
}

/** Topics by the admin API. */
export class KafkaTopics implements LogTopics, AsyncDisposable {
  readonly #admin: Admin;
  readonly #defaults: TopicDefaults;

  private constructor(admin: Admin, defaults: TopicDefaults) {
    this.#admin = admin;
    this.#defaults = defaults;
  }

  static async connect(kafka: Kafka, defaults: TopicDefaults = { replicationFactor: -1 }): Promise<KafkaTopics> {
    const admin = kafka.admin();
    try {
      await admin.connect();
    } catch (cause) {
      throw kafkaError('cannot connect', cause);
    }
    return new KafkaTopics(admin, defaults);
  }

  async ensure(topics: readonly TopicSpec[]): Promise<ReadonlyMap<string, number>> {
    const names = topics.map(({ topic }) => topic);
    try {
      // It answers false when they are all there; several services may ask at the same time.
      await this.#admin.createTopics({ waitForLeaders: true, topics: topics.map((spec) => this.#configOf(spec)) });
      const { topics: found } = await this.#admin.fetchTopicMetadata({ topics: names });
      return new Map(found.map(({ name, partitions }) => [name, partitions.length]));
    } catch (cause) {
      throw kafkaError(`cannot make or look at the topics ${names.join(', ')}`, cause);
    }
  }

  async names(): Promise<string[]> {
    try {
      return await this.#admin.listTopics();
    } catch (cause) {
      throw kafkaError('cannot list topics', cause);
    }
  }

  async bounds(topic: string): Promise<{ beginning: number; end: number }[]> {
    try {
      const offsets = await this.#admin.fetchTopicOffsets(topic);
      return offsets
        .sort((a, b) => a.partition - b.partition)
        .map(({ low, high }) => ({ beginning: Number(low), end: Number(high) }));
    } catch (cause) {
      throw kafkaError(`cannot look at the offsets of ${topic}`, cause);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#admin.disconnect();
  }

  #configOf({ topic, partitions, retentionMs }: TopicSpec) {
    return {
      topic,
      numPartitions: partitions,
      replicationFactor: this.#defaults.replicationFactor,
      configEntries: [
        { name: 'retention.ms', value: String(retentionMs) },
        // A record's timestamp is its send time, and rows must not be thinned out.
        { name: 'message.timestamp.type', value: 'CreateTime' },
        { name: 'cleanup.policy', value: 'delete' },
      ],
    };
  }
}

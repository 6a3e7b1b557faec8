import { setTimeout as sleep } from 'node:timers/promises';
import { featureOfTopic, featureRowSubject, valueColumnOf } from '@neartime/schemas';
import type { AvroRecord } from '@neartime/schemas';
import type { GroupMember, LogTopics, OnlineTable, SchemaRegistry } from '@neartime/streams';

/** A feature as its topic and the registry show it. */
export interface FoundFeature {
  readonly topic: string;
  readonly table: OnlineTable;
  readonly record: AvroRecord;
}

export interface FeatureMembersOptions {
  readonly topics: LogTopics;
  readonly registry: SchemaRegistry;
  readonly join: (feature: FoundFeature) => Promise<GroupMember>;
  readonly lookEverySeconds: number;
  readonly onTrouble: (error: Error) => void;
}

/** Joins a group of its own for every feature that has a topic, those that come later too: none disturbs another, and nobody restarts a writer. */
export class FeatureMembers implements AsyncDisposable {
  readonly #options: FeatureMembersOptions;
  readonly #members = new Map<string, GroupMember>();
  readonly #ending = new AbortController();
  readonly #looking: Promise<void>;

  private constructor(options: FeatureMembersOptions) {
    this.#options = options;
    this.#looking = this.#goOnLooking();
  }

  static async join(options: FeatureMembersOptions): Promise<FeatureMembers> {
    return new FeatureMembers(options);
  }

  get all(): readonly GroupMember[] {
    return [...this.#members.values()];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    await this.#looking;
  }

  async #goOnLooking(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      await this.#look().catch((error: Error) => signal.aborted || this.#options.onTrouble(error));
      await sleep(this.#options.lookEverySeconds * 1000, undefined, { signal }).catch(() => undefined);
    }
  }

  async #look(): Promise<void> {
    for (const topic of await this.#options.topics.names()) {
      const feature = featureOfTopic(topic);
      if (feature === undefined || this.#members.has(feature)) continue;
      const record = await this.#options.registry.latest(featureRowSubject(feature));
      const column = record && valueColumnOf(record);
      // A topic without a schema has no rows yet, or is none of ours.
      if (!record || !column || this.#ending.signal.aborted) continue;
      const table = { feature, column: column.name, type: column.type };
      this.#members.set(feature, await this.#options.join({ topic, table, record }));
    }
  }
}

import { featureOfTopic, featureRowSubject, valueColumnOf } from '@neartime/schemas';
import type { AvroRecord } from '@neartime/schemas';
import { type GroupMember, type LogTopics, type OnlineTable, type SchemaRegistry, repeatedly } from '@neartime/streams';

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

  /** Begins to look. */
  constructor(options: FeatureMembersOptions) {
    this.#options = options;
    const { lookEverySeconds: everySeconds, onTrouble } = options;
    this.#looking = repeatedly(() => this.#look(), { everySeconds, onTrouble, signal: this.#ending.signal });
  }

  get all(): readonly GroupMember[] {
    return [...this.#members.values()];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    await this.#looking;
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

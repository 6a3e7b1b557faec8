import { entities, topics } from '@neartime/schemas';
import type { TopicSpec } from '@neartime/streams';

export interface TopicOptions {
  /** Of the events topics and of those of features: that of the store. */
  readonly partitions: number;
  /** Of `raw-files`: at most so many instances of the ingestor share the work. */
  readonly noticesPartitions: number;
  readonly retentionMs: number;
}

/** The topics that every service may meet. */
export const commonTopics = ({ partitions, noticesPartitions, retentionMs }: TopicOptions): TopicSpec[] => [
  { topic: topics.rawFiles, partitions: noticesPartitions, retentionMs },
  { topic: topics.rejected, partitions: 1, retentionMs },
  { topic: topics.deadLetters, partitions: 1, retentionMs },
  ...entities.map((entity) => ({ topic: topics.events(entity), partitions, retentionMs })),
];

export const featureTopics = (names: readonly string[], { partitions, retentionMs }: TopicOptions): TopicSpec[] =>
  names.map((name) => ({ topic: topics.feature(name), partitions, retentionMs }));

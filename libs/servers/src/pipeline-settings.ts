import { duration, group, wholeNumber } from '@neartime/service/config';
import type { TopicOptions } from './topic-specs.ts';

/** What all three services must agree on. */
export interface PipelineSettings extends TopicOptions {
  /** Seconds that a window waits for lines after its end. */
  readonly grace: number;
}

export const pipelineSettings = group(
  {
    partitions: wholeNumber('PARTITIONS', {
      about: 'partitions of events, and so parts of a window; it belongs to the store',
      from: 1,
      to: 1024,
      default: '4',
    }),
    noticesPartitions: wholeNumber('NOTICES_PARTITIONS', {
      about: 'partitions of raw-files: so many ingestors share the work at most',
      from: 1,
      to: 1024,
      default: '4',
    }),
    retention: duration('TOPIC_RETENTION', {
      about: 'how long new topics keep their records',
      from: '1h',
      to: '36500d',
      default: '7d',
    }),
    grace: duration('GRACE', {
      about: 'how long after its end a window waits for lines',
      from: '1s',
      to: '1h',
      default: '3m',
    }),
  },
  ({ retention, ...rest }): PipelineSettings => ({ ...rest, retentionMs: retention * 1000 }),
);

import type { Entity } from './event-schema.ts';

const featurePrefix = 'features.';

/** The feature of a topic; `undefined` for any other topic. */
export const featureOfTopic = (topic: string): string | undefined =>
  topic.startsWith(featurePrefix) ? topic.slice(featurePrefix.length) : undefined;

/** The names of all topics. */
export const topics = {
  rawFiles: 'raw-files',
  rejected: 'events.rejected',
  deadLetters: 'dead-letters',
  events: (entity: Entity): string => `events.${entity}`,
  feature: (feature: string): string => `${featurePrefix}${feature}`,
} as const;

import type { Entity } from './event-schema.ts';

/** The names of all topics. */
export const topics = {
  rawFiles: 'raw-files',
  rejected: 'events.rejected',
  deadLetters: 'dead-letters',
  events: (entity: Entity): string => `events.${entity}`,
  feature: (feature: string): string => `features.${feature}`,
} as const;

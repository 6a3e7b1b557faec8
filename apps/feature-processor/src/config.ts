import type { Feature } from '@neartime/engines';
import { features } from '@neartime/features';
import { pipelineSettings } from '@neartime/servers';
import {
  type ConfigOf,
  cassandraSettings,
  duration,
  group,
  kafkaSettings,
  list,
  registrySettings,
  s3Settings,
  serviceSettings,
  text,
} from '@neartime/service';
import { settlingSettings } from './settling-settings.ts';

/** The features of one consumer group. */
export interface FeatureGroup {
  readonly features: readonly Feature[];
  readonly groupId: string;
}

const registered: readonly Feature[] = features;

/** One feature is a group of its own; several share one, and one read of the topic, under a name that somebody gives. */
export const featureGroup = group(
  {
    names: list('FEATURES', {
      about: `which features are computed, of ${registered.map(({ name }) => name).join(', ')}`,
    }),
    groupId: text('GROUP_ID', { about: 'the consumer group; needed for more than one feature', optional: true }),
  },
  ({ names, groupId }, refuse): FeatureGroup => {
    const distinct = [...new Set(names)];
    const found = distinct.flatMap((name) => registered.find((feature) => feature.name === name) ?? []);
    for (const name of distinct)
      if (!found.some((feature) => feature.name === name)) refuse('FEATURES', `names ${name}, which is no feature`);
    if (distinct.length > 1 && groupId === undefined)
      refuse('GROUP_ID', 'is missing, while FEATURES names more than one');
    return { features: found, groupId: groupId ?? `neartime.${distinct[0]}` };
  },
);

export const settings = {
  service: serviceSettings,
  group: featureGroup,
  pipeline: pipelineSettings,
  emitEvery: duration('EMIT_EVERY', {
    about: 'how often changed rows of open windows are published',
    from: '1s',
    to: '10m',
    default: '30s',
  }),
  settling: settlingSettings,
  kafka: kafkaSettings,
  registry: registrySettings,
  cassandra: cassandraSettings,
  s3: s3Settings,
};

export type Config = ConfigOf<typeof settings>;

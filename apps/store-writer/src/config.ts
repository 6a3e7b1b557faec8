import { pipelineSettings, storeSetting } from '@neartime/servers';
import {
  type ConfigOf,
  cassandraSettings,
  duration,
  kafkaSettings,
  registrySettings,
  s3Settings,
  serviceSettings,
} from '@neartime/service';

export const settings = {
  service: serviceSettings,
  store: storeSetting({ about: 'where the Parquet objects go, below features_store/' }),
  windowsTtl: duration('WINDOWS_TTL', {
    about: 'how long the table of windows by id keeps its rows',
    from: '1h',
    to: '3650d',
    default: '90d',
  }),
  lookEvery: duration('LOOK_EVERY', {
    about: 'how often it looks for topics of new features',
    from: '1s',
    to: '10m',
    default: '5s',
  }),
  pipeline: pipelineSettings,
  kafka: kafkaSettings,
  registry: registrySettings,
  cassandra: cassandraSettings,
  s3: s3Settings,
};

export type Config = ConfigOf<typeof settings>;

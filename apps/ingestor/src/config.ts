import { pipelineSettings } from '@neartime/servers';
import {
  type ConfigOf,
  cassandraSettings,
  duration,
  kafkaSettings,
  registrySettings,
  s3Settings,
  serviceSettings,
  wholeNumber,
} from '@neartime/service';
import { forwarderSettings } from './forwarders/forwarder-settings.ts';

export const settings = {
  service: serviceSettings,
  pipeline: pipelineSettings,
  idleAfter: duration('IDLE_AFTER', {
    about: 'after how long without a file a source is moved on by the clock',
    from: '1s',
    to: '1d',
    default: '5m',
  }),
  filesAtOnce: wholeNumber('FILES_AT_ONCE', {
    about: 'raw files that are read side by side',
    from: 1,
    to: 64,
    default: '2',
  }),
  forwarders: forwarderSettings,
  kafka: kafkaSettings,
  registry: registrySettings,
  cassandra: cassandraSettings,
  s3: s3Settings,
};

export type Config = ConfigOf<typeof settings>;

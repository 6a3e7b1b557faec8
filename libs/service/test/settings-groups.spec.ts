import { describe, expect, it } from 'vitest';
import {
  cassandraSettings,
  type ConfigError,
  type Environment,
  kafkaSettings,
  readConfig,
  registrySettings,
  revealed,
  s3Settings,
  serviceSettings,
} from '../src/config/index.ts';

const groups = {
  kafka: kafkaSettings,
  registry: registrySettings,
  cassandra: cassandraSettings,
  s3: s3Settings,
  service: serviceSettings,
};
const least: Environment = {
  KAFKA_BROKERS: 'kafka-0:9092,kafka-1:9092',
  SCHEMA_REGISTRY_URL: 'http://registry:8081',
  CASSANDRA_CONTACT_POINTS: 'cassandra-0',
};
const caFile = import.meta.filename;

const read = (env: Environment) => revealed(readConfig({ ...least, ...env }, groups));

const refusals = (env: Environment): string[] => {
  try {
    read(env);
    return [];
  } catch (error) {
    return (error as ConfigError).message.split('\n');
  }
};

it('needs to be told where the servers are, and no more', () => {
  expect(read({})).toEqual({
    kafka: {
      brokers: ['kafka-0:9092', 'kafka-1:9092'],
      clientId: 'neartime',
      compression: 'zstd',
      ssl: false,
      sessionTimeoutMs: 30_000,
    },
    registry: { url: 'http://registry:8081' },
    cassandra: {
      contactPoints: ['cassandra-0'],
      localDataCenter: 'datacenter1',
      keyspace: 'neartime',
      replication: { class: 'SimpleStrategy', replication_factor: 1 },
      tls: false,
    },
    s3: {},
    service: { http: { host: '0.0.0.0', port: 3000 }, logLevel: 'info', clockShift: 0 },
  });
  expect(Object.keys(least).filter((name) => refusals({ [name]: '' })[0]?.startsWith(`${name}: is missing`))).toEqual(
    Object.keys(least),
  );
});

it('takes users, keys and certificates', () => {
  const config = read({
    KAFKA_SASL_MECHANISM: 'scram-sha-512',
    KAFKA_SASL_USERNAME: 'ada',
    KAFKA_SASL_PASSWORD: 'k',
    KAFKA_SSL: 'true',
    KAFKA_SSL_CA: caFile,
    KAFKA_SESSION_TIMEOUT: '6s',
    SCHEMA_REGISTRY_USERNAME: 'ada',
    SCHEMA_REGISTRY_PASSWORD: 'r',
    CASSANDRA_USERNAME: 'ada',
    CASSANDRA_PASSWORD: 'c',
    CASSANDRA_TLS: 'true',
    S3_ENDPOINT: 'http://objects:7070',
    S3_REGION: 'eu-west-1',
    S3_FORCE_PATH_STYLE: 'false',
    S3_ACCESS_KEY_ID: 'id',
    S3_SECRET_ACCESS_KEY: 's',
    CLOCK_SHIFT: '-261000000',
  });
  expect(config).toMatchObject({
    kafka: {
      sasl: { mechanism: 'scram-sha-512', username: 'ada', password: 'k' },
      ssl: { caFile },
      sessionTimeoutMs: 6000,
    },
    registry: { auth: { username: 'ada', password: 'r' } },
    cassandra: { credentials: { username: 'ada', password: 'c' }, tls: true },
    service: { clockShift: -261_000_000 },
  });
  expect(config.s3).toEqual({
    endpoint: 'http://objects:7070',
    region: 'eu-west-1',
    forcePathStyle: false,
    credentials: { accessKeyId: 'id', secretAccessKey: 's' },
  });
});

describe('settings that belong together', () => {
  it.each<[Environment, string[]]>([
    [
      { KAFKA_SASL_USERNAME: 'ada' },
      [
        'KAFKA_SASL_MECHANISM: is missing, while KAFKA_SASL_USERNAME is given',
        'KAFKA_SASL_PASSWORD: is missing, while KAFKA_SASL_USERNAME is given',
      ],
    ],
    [{ KAFKA_SSL_CA: caFile }, ['KAFKA_SSL_CA: needs KAFKA_SSL=true']],
    [
      { SCHEMA_REGISTRY_PASSWORD: 'r' },
      ['SCHEMA_REGISTRY_USERNAME: is missing, while SCHEMA_REGISTRY_PASSWORD is given'],
    ],
    [{ CASSANDRA_USERNAME: 'ada' }, ['CASSANDRA_PASSWORD: is missing, while CASSANDRA_USERNAME is given']],
    [{ CASSANDRA_TLS_CA: caFile }, ['CASSANDRA_TLS_CA: needs CASSANDRA_TLS=true']],
    [{ S3_ACCESS_KEY_ID: 'id' }, ['S3_SECRET_ACCESS_KEY: is missing, while S3_ACCESS_KEY_ID is given']],
  ])('%o', (env, lines) => {
    expect(refusals(env)).toEqual(lines);
  });
});

describe('a keyspace’s replication', () => {
  it.each([
    ['3', { class: 'SimpleStrategy', replication_factor: 3 }],
    ['eu:3,us:2', { class: 'NetworkTopologyStrategy', eu: 3, us: 2 }],
  ])('%s', (CASSANDRA_REPLICATION, replication) => {
    expect(read({ CASSANDRA_REPLICATION }).cassandra.replication).toEqual(replication);
  });

  it.each(['0', 'eu', 'eu:0', 'eu:3,', 'SimpleStrategy'])('refuses %s', (CASSANDRA_REPLICATION) => {
    expect(refusals({ CASSANDRA_REPLICATION })).toEqual([
      expect.stringMatching(/^CASSANDRA_REPLICATION: takes a number of copies/),
    ]);
  });
});

import { parseArgs } from 'node:util';
import type { Servers } from './servers.ts';

export const scenarioNames = ['ingest', 'process', 'shared', 'write', 'restart', 'scale'] as const;
export type ScenarioName = (typeof scenarioNames)[number];

/** What is measured, how much of it, and against which servers. */
export interface Options {
  readonly only: readonly ScenarioName[];
  /** How often each contender runs; they take turns. */
  readonly pairs: number;
  /** Events of each of six raw files: of those that are ingested, and of those that fill a window. */
  readonly ingestedPerFile: number;
  readonly eventsPerFile: number;
  readonly openKeys: number;
  readonly rows: number;
  readonly servers: Servers;
}

export const usage = `npm run bench:kafka -- [--quick] [--pairs N] [--only ${scenarioNames.join('|')}]… [servers]

--quick        a tenth of the events, one pair: shows that everything runs, its figures mean little
--pairs        runs of each contender, taking turns (5; with --quick 1)
--only         this scenario only; may be given more than once; all but scale without it

PARTITIONS (4) says how many partitions the events topics have: scale shows one instance and two at it.

It runs against plain servers, best on this machine. Topics, a keyspace and a bucket of its own are made and deleted again.
--kafka        brokers, host:port,… (KAFKA_BROKERS; 127.0.0.1:9092)
--registry     URL of the schema registry (SCHEMA_REGISTRY_URL; http://127.0.0.1:8081)
--cassandra    host:port (CASSANDRA_CONTACT_POINTS; 127.0.0.1:9042)
--data-center  of Cassandra (CASSANDRA_LOCAL_DATA_CENTER; datacenter1)
--s3           URL of the S3 server (S3_ENDPOINT; http://127.0.0.1:9000); its keys are S3_ACCESS_KEY_ID and
               S3_SECRET_ACCESS_KEY (neartime, neartime-secret)`;

/** Reads the command line; throws a RangeError or a TypeError that says what is wrong with it. */
export function readOptions(args: readonly string[], env: NodeJS.ProcessEnv): Options | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      pairs: { type: 'string' },
      only: { type: 'string', multiple: true },
      kafka: { type: 'string', default: env['KAFKA_BROKERS'] ?? '127.0.0.1:9092' },
      registry: { type: 'string', default: env['SCHEMA_REGISTRY_URL'] ?? 'http://127.0.0.1:8081' },
      cassandra: { type: 'string', default: env['CASSANDRA_CONTACT_POINTS'] ?? '127.0.0.1:9042' },
      'data-center': { type: 'string', default: env['CASSANDRA_LOCAL_DATA_CENTER'] ?? 'datacenter1' },
      s3: { type: 'string', default: env['S3_ENDPOINT'] ?? 'http://127.0.0.1:9000' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const scale = values.quick ? 0.1 : 1;
  return {
    only: values.only?.map(scenarioNamed) ?? scenarioNames.filter((name) => name !== 'scale'),
    pairs: values.pairs === undefined ? (values.quick ? 1 : 5) : atLeastOne(values.pairs),
    ingestedPerFile: 100_000 * scale,
    eventsPerFile: 300_000 * scale,
    openKeys: 1_000_000 * scale,
    rows: 200_000 * scale,
    servers: {
      kafka: values.kafka.split(','),
      registry: values.registry,
      cassandra: values.cassandra,
      dataCenter: values['data-center'],
      s3: {
        endpoint: values.s3,
        accessKeyId: env['S3_ACCESS_KEY_ID'] ?? 'neartime',
        secretAccessKey: env['S3_SECRET_ACCESS_KEY'] ?? 'neartime-secret',
      },
    },
  };
}

function scenarioNamed(name: string): ScenarioName {
  const found = scenarioNames.find((known) => known === name);
  if (found === undefined) throw new RangeError(`--only takes ${scenarioNames.join(', ')}, not ${name}`);
  return found;
}

function atLeastOne(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new RangeError(`--pairs takes a whole number from 1 on, not ${text}`);
  return Number(text);
}

import type { Fault } from '../chaos.ts';
import { clockJump } from './clock-jump.ts';
import { kill } from './kill.ts';
import { brokerOutage, leadersMove } from './leaders.ts';
import { outage } from './outage.ts';
import { scale } from './scale.ts';
import { sleeper } from './sleeper.ts';
import { sleepingPut } from './sleeping-put.ts';
import { cut, paused, slow } from './slow.ts';
import { again, twice } from './twice.ts';

/** All faults by their names. */
export const faults = {
  kill,
  'scale ingestor': scale('ingestor'),
  'scale feature-processor': scale('feature-processor'),
  'scale store-writer': scale('store-writer'),
  'kafka outage': outage('Kafka', ({ cluster }) => cluster.brokers[0]!.server),
  'cassandra outage': outage('Cassandra', ({ cluster }) => cluster.cassandra.server),
  's3 outage': outage('S3', ({ cluster }) => cluster.s3.server),
  'registry paused': paused('the registry', ({ cluster }) => cluster.registry.line),
  'kafka paused': paused('Kafka', ({ cluster }) => cluster.brokers[0]!.line),
  'slow s3': slow('S3', ({ cluster }) => cluster.s3.line),
  'slow cassandra': slow('Cassandra', ({ cluster }) => cluster.cassandra.line),
  'kafka cut': cut('Kafka', ({ cluster }) => cluster.brokers[0]!.line),
  'cassandra cut': cut('Cassandra', ({ cluster }) => cluster.cassandra.line),
  's3 cut': cut('S3', ({ cluster }) => cluster.s3.line),
  'ingestor sleeps': sleeper('ingestor'),
  'feature-processor sleeps': sleeper('feature-processor'),
  'store-writer sleeps': sleeper('store-writer'),
  'writer sleeps in a put': sleepingPut,
  'clock of an ingestor': clockJump('ingestor'),
  'clock of a feature-processor': clockJump('feature-processor'),
  'clock of a store-writer': clockJump('store-writer'),
  'notice to two': twice,
  'notices again': again,
  // These take more than one broker.
  'leaders move': leadersMove,
  'broker outage': brokerOutage,
} satisfies Record<string, Fault>;

export type FaultName = keyof typeof faults;
export const faultNames = Object.keys(faults) as FaultName[];

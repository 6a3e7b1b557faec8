import type { DeadLetter } from '@neartime/schemas';
import type { Patience } from '@neartime/service';
import type { CassandraSettings, KafkaSettings, RegistrySettings, S3Settings } from '@neartime/service/config';
import { type Clock, DeadLetters, type TopicSpec, persistently } from '@neartime/streams';
import { type CassandraConnection, connectCassandra } from './connect-cassandra.ts';
import { type LogConnection, connectLog } from './connect-log.ts';
import { type ObjectsConnection, connectObjects } from './connect-objects.ts';
import type { PipelineSettings } from './pipeline-settings.ts';
import { settlePartitions, settleTopics } from './settle-partitions.ts';
import { commonTopics } from './topic-specs.ts';

export interface PipelineConfig {
  readonly pipeline: PipelineSettings;
  readonly kafka: KafkaSettings;
  readonly registry: RegistrySettings;
  readonly cassandra: CassandraSettings;
  readonly s3: S3Settings;
}

/** What every service of the pipeline stands on. */
export interface PipelineConnection extends AsyncDisposable {
  readonly log: LogConnection;
  readonly cassandra: CassandraConnection;
  readonly objects: ObjectsConnection;
  readonly deadLetters: DeadLetters;
  /** Makes topics that are missing, and refuses those that have other partitions than they are to have. */
  settleTopics(specs: readonly TopicSpec[]): Promise<void>;
}

/** Connects to all servers, those that are down are waited for; settles the partition count of the store and the common topics. */
export async function connectPipeline(
  config: PipelineConfig,
  clock: Clock,
  onBuried: (letter: DeadLetter) => void,
  patience: Patience,
): Promise<PipelineConnection> {
  await using stack = new AsyncDisposableStack();
  const log = stack.use(await connectLog(config, patience));
  const cassandra = stack.use(await connectCassandra(config.cassandra, patience));
  const objects = stack.use(connectObjects(config.s3));
  const settle = (specs: readonly TopicSpec[]) => persistently(() => settleTopics(log.topics, specs), patience);
  await persistently(() => settlePartitions(cassandra.catalogue, config.pipeline.partitions), patience);
  await settle(commonTopics(config.pipeline));
  const deadLetters = await DeadLetters.over(log.writer, log.registry, clock, onBuried);
  const resources = stack.move();
  return {
    ...{ log, cassandra, objects, deadLetters, settleTopics: settle },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

import { ConfluentRegistry, KafkaReader, KafkaTopics, KafkaWriter, kafkaClient } from '@neartime/kafka';
import type { Patience } from '@neartime/service';
import { type KafkaSettings, type RegistrySettings, revealed } from '@neartime/service/config';
import { type LogReader, type LogTopics, type LogWriter, type SchemaRegistry, persistently } from '@neartime/streams';

/** A log with its registry, on real servers. */
export interface LogConnection extends AsyncDisposable {
  /** Goes on trying until what it was given stands. */
  readonly writer: LogWriter;
  /** Tries once, which may take a while: for who has somebody waiting. */
  readonly tryingOnce: LogWriter;
  readonly reader: LogReader;
  readonly topics: LogTopics;
  readonly registry: SchemaRegistry;
}

/** Connects to the log; servers that are down are waited for. */
export async function connectLog(
  settings: { readonly kafka: KafkaSettings; readonly registry: RegistrySettings },
  patience: Patience,
): Promise<LogConnection> {
  const { clientId, compression, sessionTimeoutMs } = settings.kafka;
  const kafka = kafkaClient(revealed(settings.kafka));
  await using stack = new AsyncDisposableStack();
  const writer = stack.use(await persistently(() => KafkaWriter.connect(kafka, compression), patience));
  const topics = stack.use(await persistently(() => KafkaTopics.connect(kafka), patience));
  const registry = new ConfluentRegistry({ ...revealed(settings.registry), clientId });
  const resources = stack.move();
  return {
    writer: { append: (appends) => persistently(() => writer.append(appends), patience) },
    tryingOnce: writer,
    reader: new KafkaReader(kafka, { sessionTimeoutMs }),
    topics,
    registry: {
      register: (record) => persistently(() => registry.register(record), patience),
      latest: (name) => persistently(() => registry.latest(name), patience),
      schema: (id) => persistently(() => registry.schema(id), patience),
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

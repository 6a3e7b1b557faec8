import { Network } from 'testcontainers';
import type { TcpProxy } from '../../../src/lines/tcp-proxy.ts';
import { Broker } from './broker.ts';
import { CassandraNode } from './cassandra-node.ts';
import { Registry } from './registry.ts';
import { S3Server } from './s3-server.ts';

/** Servers of our own, in containers. All that services are told of them leads through lines that can be paused, cut and slowed. */
export class Cluster implements AsyncDisposable {
  readonly brokers: readonly Broker[];
  readonly registry: Registry;
  readonly cassandra: CassandraNode;
  readonly s3: S3Server;
  readonly #resources: AsyncDisposableStack;

  private constructor(
    servers: Pick<Cluster, 'brokers' | 'registry' | 'cassandra' | 's3'>,
    resources: AsyncDisposableStack,
  ) {
    this.brokers = servers.brokers;
    this.registry = servers.registry;
    this.cassandra = servers.cassandra;
    this.s3 = servers.s3;
    this.#resources = resources;
  }

  static async start({ brokers: count = 1 }: { readonly brokers?: number } = {}): Promise<Cluster> {
    await using stack = new AsyncDisposableStack();
    const network = await new Network().start();
    stack.defer(async () => void (await network.stop()));
    const used = async <T extends AsyncDisposable>(starting: Promise<T>): Promise<T> => stack.use(await starting);
    const ids = Array.from({ length: count }, (_, n) => n + 1);
    const log = async () => {
      const brokers = await allEnded(ids.map((id) => used(Broker.start(id, count, network))));
      await Promise.all(brokers.map(({ server }) => server.answering()));
      return { brokers, registry: await used(Registry.start('kafka-1:9094', network)) };
    };
    const starting = [log(), used(CassandraNode.start()), used(S3Server.start())] as const;
    const [{ brokers, registry }, cassandra, s3] = await allEnded(starting);
    return new Cluster({ brokers, registry, cassandra, s3 }, stack.move());
  }

  get kafka(): readonly string[] {
    return this.brokers.map(({ address }) => address);
  }

  /** Where a service finds all of them; S3 by a door of its own. */
  settings(door?: TcpProxy): Record<string, string> {
    return {
      KAFKA_BROKERS: this.kafka.join(),
      SCHEMA_REGISTRY_URL: this.registry.url,
      ...this.cassandra.settings,
      ...this.s3.settings(door),
    };
  }

  /** Every line as it was at first. */
  heal(): void {
    for (const { line } of [...this.brokers, this.registry, this.cassandra, this.s3]) {
      line.delayMs = 0;
      line.resume();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }
}

/** What all of them came to. None is under way any more when one has failed: it would start when nobody ends it. */
async function allEnded<T extends readonly unknown[]>(
  starting: T,
): Promise<{ -readonly [P in keyof T]: Awaited<T[P]> }> {
  await Promise.allSettled(starting);
  return Promise.all(starting);
}

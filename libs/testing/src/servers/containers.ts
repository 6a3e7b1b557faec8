import { CassandraContainer } from '@testcontainers/cassandra';
import { RedpandaContainer } from '@testcontainers/redpanda';
import { GenericContainer, type StartedTestContainer, Wait, getContainerRuntimeClient } from 'testcontainers';
import type { Servers } from './servers.ts';

/* Images by the names under which everybody finds them; another registry or version is an environment variable away. */
const images = {
  kafka: process.env['NEARTIME_KAFKA_IMAGE'] ?? 'redpandadata/redpanda:v25.3.1',
  cassandra: process.env['NEARTIME_CASSANDRA_IMAGE'] ?? 'cassandra:5.0',
  s3: process.env['NEARTIME_S3_IMAGE'] ?? 'versity/versitygw:v1.8.0',
};

const s3User = { accessKeyId: 'neartime', secretAccessKey: 'neartime-secret' };
const startUpMs = 180_000;

/** Why no container can be started; `undefined` when a Docker engine answers. */
export async function noDocker(): Promise<string | undefined> {
  try {
    await getContainerRuntimeClient();
    return undefined;
  } catch {
    return 'no Docker engine answers';
  }
}

/** Servers in containers, which end with it. */
export class Containers implements AsyncDisposable {
  readonly servers: Servers;
  readonly #containers: readonly StartedTestContainer[];

  private constructor(servers: Servers, containers: readonly StartedTestContainer[]) {
    this.servers = servers;
    this.#containers = containers;
  }

  static async start(): Promise<Containers> {
    const started: StartedTestContainer[] = [];
    const starting = [redpanda(), cassandra(), s3()] as const;
    const results = await Promise.allSettled(
      starting.map(async (container) => void started.push(await (container as Promise<StartedTestContainer>))),
    );
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) {
      await Promise.allSettled(started.map((container) => container.stop()));
      throw failed.reason;
    }
    const [log, online, objects] = await Promise.all(starting);
    const servers = {
      kafka: log.getBootstrapServers(),
      registry: log.getSchemaRegistryAddress(),
      cassandra: { contactPoint: online.getContactPoint(), localDataCenter: online.getDatacenter() },
      s3: { endpoint: `http://${objects.getHost()}:${objects.getMappedPort(s3Port)}`, ...s3User },
    };
    return new Containers(servers, started);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#containers.map((container) => container.stop()));
  }
}

/** A log of its own, with its registry: for tests whose topics nobody else may touch. */
export async function startLog(): Promise<Pick<Servers, 'kafka' | 'registry'> & AsyncDisposable> {
  const container = await redpanda();
  return {
    kafka: container.getBootstrapServers(),
    registry: container.getSchemaRegistryAddress(),
    [Symbol.asyncDispose]: async () => void (await container.stop()),
  };
}

const redpanda = () => new RedpandaContainer(images.kafka).withStartupTimeout(startUpMs).start();

/**
 * Cassandra, up when it says so. Left to itself the container would have a Python program ask it four times a second for as long as
 * it lives, which takes a processor from the tests.
 */
export const cassandraContainer = (image = images.cassandra): CassandraContainer =>
  new CassandraContainer(image)
    .withHealthCheck({ test: ['CMD-SHELL', 'true'], interval: 3_600_000, timeout: 10_000, retries: 1 })
    .withWaitStrategy(Wait.forAll([Wait.forLogMessage('Startup complete'), Wait.forListeningPorts()]))
    .withStartupTimeout(startUpMs);

const cassandra = () => cassandraContainer().start();

const s3Port = 7070;

const s3 = () =>
  new GenericContainer(images.s3)
    .withCommand([
      ...[
        '--port',
        `:${s3Port}`,
        '--access',
        s3User.accessKeyId,
        '--secret',
        s3User.secretAccessKey,
        '--health',
        '/health',
      ],
      ...['posix', '--sidecar', '/tmp/vgw', '/data'],
    ])
    .withTmpFs({ '/data': 'rw', '/tmp/vgw': 'rw' })
    .withExposedPorts(s3Port)
    .withWaitStrategy(Wait.forHttp('/health', s3Port))
    .withStartupTimeout(startUpMs)
    .start();

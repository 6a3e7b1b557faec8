import { GenericContainer, type StartedNetwork, Wait } from 'testcontainers';
import { Line } from '../../../src/lines/line.ts';
import { TcpProxy } from '../../../src/lines/tcp-proxy.ts';
import { images } from './images.ts';
import { ServerContainer } from './server-container.ts';

const containerPort = 8081;

/** The schema registry, in a container of its own: a Kafka that ends takes no schema with it. */
export class Registry implements AsyncDisposable {
  readonly line: Line;
  readonly #server: ServerContainer;
  readonly #proxy: TcpProxy;

  private constructor(line: Line, server: ServerContainer, proxy: TcpProxy) {
    this.line = line;
    this.#server = server;
    this.#proxy = proxy;
  }

  /** `kafka`: how a container reaches the brokers, for a registry that keeps its schemas there. */
  static async start(kafka: string, network: StartedNetwork): Promise<Registry> {
    const line = new Line();
    const container = await new GenericContainer(images.registry)
      .withNetwork(network)
      .withExposedPorts(containerPort)
      .withEnvironment({
        SCHEMA_REGISTRY_HOST_NAME: 'registry',
        SCHEMA_REGISTRY_LISTENERS: `http://0.0.0.0:${containerPort}`,
        SCHEMA_REGISTRY_KAFKASTORE_BOOTSTRAP_SERVERS: kafka,
      })
      .withWaitStrategy(Wait.forHttp('/subjects', containerPort))
      .start();
    const port = container.getMappedPort(containerPort);
    const answers = async () => (await fetch(`http://127.0.0.1:${port}/subjects`)).ok;
    return new Registry(line, new ServerContainer(container, answers), await TcpProxy.start({ port, line }));
  }

  get url(): string {
    return `http://127.0.0.1:${this.#proxy.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#proxy[Symbol.asyncDispose](), this.#server[Symbol.asyncDispose]()]);
  }
}

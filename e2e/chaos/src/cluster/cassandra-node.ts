import { cassandraContainer } from '@neartime/testing/servers';
import cassandra from 'cassandra-driver';
import { Line } from '../../../src/lines/line.ts';
import { TcpProxy } from '../../../src/lines/tcp-proxy.ts';
import { freePort } from './free-port.ts';
import { images } from './images.ts';
import { ServerContainer } from './server-container.ts';

/** As the container has it. */
const dataCenter = 'dc1';

/** A Cassandra of one node. Services reach it through its line; whoever watches them goes there directly. */
export class CassandraNode implements AsyncDisposable {
  readonly line: Line;
  readonly server: ServerContainer;
  readonly #proxy: TcpProxy;
  readonly #port: number;

  private constructor(line: Line, server: ServerContainer, proxy: TcpProxy, port: number) {
    this.line = line;
    this.server = server;
    this.#proxy = proxy;
    this.#port = port;
  }

  static async start(): Promise<CassandraNode> {
    const line = new Line();
    const port = await freePort();
    const proxy = await TcpProxy.start({ port, line });
    const container = await cassandraContainer(images.cassandra)
      .withExposedPorts({ container: 9042, host: port })
      .start();
    return new CassandraNode(line, new ServerContainer(container, () => answers(port)), proxy, port);
  }

  get settings(): Record<string, string> {
    return {
      CASSANDRA_CONTACT_POINTS: `127.0.0.1:${this.#proxy.port}`,
      CASSANDRA_LOCAL_DATA_CENTER: dataCenter,
    };
  }

  /** Where it answers whatever happens on its line. */
  get directly(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** A client of its own, not through the line. */
  client(): cassandra.Client {
    return clientOf(this.#port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#proxy[Symbol.asyncDispose](), this.server[Symbol.asyncDispose]()]);
  }
}

const clientOf = (port: number): cassandra.Client =>
  new cassandra.Client({
    contactPoints: [`127.0.0.1:${port}`],
    localDataCenter: dataCenter,
    encoding: { useBigIntAsLong: true },
    policies: { reconnection: new cassandra.policies.reconnection.ConstantReconnectionPolicy(1000) },
  });

async function answers(port: number): Promise<boolean> {
  const client = clientOf(port);
  try {
    await client.connect();
    await client.execute('SELECT release_version FROM system.local');
    return true;
  } finally {
    await client.shutdown().catch(() => undefined);
  }
}

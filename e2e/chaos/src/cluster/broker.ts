import kafkajs from 'kafkajs';
import { GenericContainer, type StartedNetwork } from 'testcontainers';
import { Line } from '../../../src/lines/line.ts';
import { TcpProxy } from '../../../src/lines/tcp-proxy.ts';
import { freePort } from './free-port.ts';
import { images } from './images.ts';
import { ServerContainer } from './server-container.ts';

const { Kafka, logLevel } = kafkajs;
const ports = { client: 9092, controller: 9093, broker: 9094 } as const;

/** How the other containers call a broker. */
const nameOf = (id: number): string => `kafka-${id}`;

/** One of so many Kafka brokers. What it tells clients of itself is its proxy's address, so that they cannot get around it. */
export class Broker implements AsyncDisposable {
  readonly id: number;
  readonly line: Line;
  readonly server: ServerContainer;
  readonly #proxy: TcpProxy;

  private constructor(id: number, line: Line, server: ServerContainer, proxy: TcpProxy) {
    this.id = id;
    this.line = line;
    this.server = server;
    this.#proxy = proxy;
  }

  static async start(id: number, brokers: number, network: StartedNetwork): Promise<Broker> {
    const line = new Line();
    const host = await freePort();
    const proxy = await TcpProxy.start({ port: host, line });
    const container = await new GenericContainer(images.kafka)
      .withNetwork(network)
      .withNetworkAliases(nameOf(id))
      .withExposedPorts({ container: ports.client, host })
      .withEnvironment(environmentOf(id, brokers, proxy.port))
      .start();
    const address = `127.0.0.1:${proxy.port}`;
    return new Broker(id, line, new ServerContainer(container, () => answers(address)), proxy);
  }

  get address(): string {
    return `127.0.0.1:${this.#proxy.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#proxy[Symbol.asyncDispose](), this.server[Symbol.asyncDispose]()]);
  }
}

const environmentOf = (id: number, brokers: number, advertised: number): Record<string, string> => ({
  CLUSTER_ID: '5L6g3nShT-eMCtK--X86sw',
  KAFKA_NODE_ID: String(id),
  KAFKA_PROCESS_ROLES: 'broker,controller',
  KAFKA_LISTENERS: `CLIENT://:${ports.client},CONTROLLER://:${ports.controller},BROKER://:${ports.broker}`,
  KAFKA_ADVERTISED_LISTENERS: `CLIENT://127.0.0.1:${advertised},BROKER://${nameOf(id)}:${ports.broker}`,
  KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT,BROKER:PLAINTEXT',
  KAFKA_INTER_BROKER_LISTENER_NAME: 'BROKER',
  KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
  KAFKA_CONTROLLER_QUORUM_VOTERS: Array.from(
    { length: brokers },
    (_, n) => `${n + 1}@${nameOf(n + 1)}:${ports.controller}`,
  ).join(),
  KAFKA_DEFAULT_REPLICATION_FACTOR: String(brokers),
  KAFKA_MIN_INSYNC_REPLICAS: brokers > 1 ? '2' : '1',
  KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: String(brokers),
  KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS: '6',
  KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: String(brokers),
  KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
  KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
  KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
  // So that a broker that died is followed by another within seconds.
  // So that leaders go to the first of their replicas soon.
  KAFKA_LEADER_IMBALANCE_CHECK_INTERVAL_SECONDS: '5',
  KAFKA_LEADER_IMBALANCE_PER_BROKER_PERCENTAGE: '0',
  KAFKA_BROKER_SESSION_TIMEOUT_MS: '6000',
});

async function answers(address: string): Promise<boolean> {
  const admin = new Kafka({
    brokers: [address],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1000,
    retry: { retries: 0 },
  }).admin();
  try {
    await admin.connect();
    await admin.describeCluster();
    return true;
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

import { connect } from 'node:net';

/** Where the servers are that everything here runs against. */
export interface Servers {
  readonly kafka: readonly string[];
  readonly registry: string;
  readonly cassandra: string;
  readonly dataCenter: string;
  readonly s3: { readonly endpoint: string; readonly accessKeyId: string; readonly secretAccessKey: string };
}

const patienceMs = 3000;

/** Throws an error that says what to start when one of them does not answer. */
export async function requireServers({ kafka, registry, cassandra, s3 }: Servers): Promise<void> {
  const wanted = [
    ...kafka.map((address) => ({ what: 'a Kafka broker (4.x)', address, setting: '--kafka or KAFKA_BROKERS' })),
    {
      ...{ what: 'a schema registry with the paths of Confluent', address: hostOf(registry) },
      setting: '--registry or SCHEMA_REGISTRY_URL',
    },
    { what: 'Cassandra (5.x)', address: cassandra, setting: '--cassandra or CASSANDRA_CONTACT_POINTS' },
    { what: 'an S3 server', address: hostOf(s3.endpoint), setting: '--s3 or S3_ENDPOINT' },
  ];
  const silent: string[] = [];
  for (const { what, address, setting } of wanted) {
    if (!(await answers(address))) silent.push(`start ${what} at ${address}, or name another one by ${setting}`);
  }
  if (silent.length > 0) throw new Error(`servers that do not answer:\n  ${silent.join('\n  ')}`);
}

function hostOf(url: string): string {
  const { hostname, port, protocol } = new URL(url);
  return `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`;
}

function answers(address: string): Promise<boolean> {
  const at = address.lastIndexOf(':');
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host: address.slice(0, at), port: Number(address.slice(at + 1)), timeout: patienceMs });
  const end = (isThere: boolean) => {
    socket.destroy();
    resolve(isThere);
  };
  socket.once('connect', () => end(true)).once('error', () => end(false));
  socket.once('timeout', () => end(false));
  return promise;
}

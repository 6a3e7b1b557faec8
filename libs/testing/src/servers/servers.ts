/** Where the servers of a test run are. */
export interface Servers {
  /** `host:port` of a Kafka broker. */
  readonly kafka: string;
  /** URL of a schema registry with Confluent's paths. */
  readonly registry: string;
  readonly cassandra: { readonly contactPoint: string; readonly localDataCenter: string };
  readonly s3: { readonly endpoint: string; readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** The servers, or why there are none; then the tests that need them are skipped with this reason. */
export type ServersOrNot = Servers | { readonly missing: string };

declare module 'vitest' {
  interface ProvidedContext {
    servers: ServersOrNot;
  }
}

/** The servers that `NEARTIME_TEST_SERVERS=native` means: plain processes on this machine, quicker to test against while working. */
export const nativeServers: Servers = {
  kafka: '127.0.0.1:9092',
  registry: 'http://127.0.0.1:8081',
  cassandra: { contactPoint: '127.0.0.1:9042', localDataCenter: 'datacenter1' },
  s3: { endpoint: 'http://127.0.0.1:9000', accessKeyId: 'neartime', secretAccessKey: 'neartime-secret' },
};

import { CreateBucketCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { parseRawFileName } from '@neartime/ingest';
import cassandra from 'cassandra-driver';
import { Kafka, logLevel } from 'kafkajs';

/** Where the servers of the demo are, for whoever asks: a container and this machine know them by different addresses. */
export interface DemoAddresses {
  readonly kafka: string;
  readonly cassandra: string;
  readonly s3: { readonly endpoint: string; readonly accessKeyId: string; readonly secretAccessKey: string };
}

export const buckets = { raw: 'raw', store: 'store' } as const;

/** The `s3://…` path of a raw file, and the source that it is of. */
export const rawPath = (key: string): string => `s3://${buckets.raw}/${key}`;
export const sourceOf = (key: string): string => parseRawFileName(rawPath(key))!.source;

export type Row = Readonly<Record<string, unknown>>;

/** The servers of the demo, by their plain clients: what is shown must not rest on the code that it is shown of. */
export class DemoServers implements AsyncDisposable {
  readonly #s3: S3Client;
  readonly #cassandra: cassandra.Client;
  readonly #kafka: Kafka;

  private constructor({ kafka, cassandra: contactPoint, s3: { endpoint, ...credentials } }: DemoAddresses) {
    this.#s3 = new S3Client({ endpoint, credentials, region: 'us-east-1', forcePathStyle: true });
    const encoding = { useBigIntAsLong: true };
    this.#cassandra = new cassandra.Client({
      contactPoints: [contactPoint],
      localDataCenter: 'datacenter1',
      keyspace: 'neartime',
      encoding,
    });
    this.#kafka = new Kafka({ brokers: [kafka], clientId: 'neartime-demo', logLevel: logLevel.NOTHING });
  }

  /** The keyspace must be there: any of the services makes it. */
  static async connect(addresses: DemoAddresses): Promise<DemoServers> {
    const servers = new DemoServers(addresses);
    await servers.#cassandra.connect();
    return servers;
  }

  async makeBuckets(): Promise<void> {
    for (const Bucket of Object.values(buckets)) {
      await this.#s3.send(new CreateBucketCommand({ Bucket })).catch((error: Error) => {
        if (error.name !== 'BucketAlreadyOwnedByYou' && error.name !== 'BucketAlreadyExists') throw error;
      });
    }
  }

  async putRaw(key: string, body: Buffer): Promise<void> {
    await this.#s3.send(new PutObjectCommand({ Bucket: buckets.raw, Key: key, Body: body }));
  }

  /** The names of objects, of those that begin as `prefix` says. */
  async list(bucket: keyof typeof buckets, prefix = ''): Promise<string[]> {
    const names: string[] = [];
    for (let ContinuationToken: string | undefined; ;) {
      const page = await this.#s3.send(
        new ListObjectsV2Command({ Bucket: buckets[bucket], Prefix: prefix, ContinuationToken }),
      );
      names.push(...(page.Contents ?? []).map(({ Key }) => Key!));
      ContinuationToken = page.NextContinuationToken;
      if (!ContinuationToken) return names;
    }
  }

  /** Says that raw files are ready. All notices of a source have its name as their key, so that one ingestor owns it. */
  async notify(keys: readonly string[]): Promise<void> {
    await this.#send(keys.map((key) => ({ key: sourceOf(key), value: rawPath(key) })));
  }

  /** Says that sources are complete up to a time (epoch seconds): until then no file of theirs will come. */
  async complete(sources: Iterable<string>, upTo: number): Promise<void> {
    const completeUpTo = new Date(upTo * 1000).toISOString();
    await this.#send([...sources].map((source) => ({ key: source, value: JSON.stringify({ source, completeUpTo }) })));
  }

  /** How far each source is complete, as the catalogue says. */
  async sources(): Promise<Map<string, number>> {
    const rows = await this.rows('SELECT source, complete_up_to FROM sources');
    return new Map(rows.map((row) => [row['source'] as string, Number(row['complete_up_to'])]));
  }

  /** Rows of the keyspace; a table that nobody has made yet has none. */
  async rows(cql: string, values: readonly unknown[] = []): Promise<Row[]> {
    try {
      const { rows } = await this.#cassandra.execute(cql, [...values], { prepare: values.length > 0 });
      return rows.map((row) => Object.fromEntries(row.keys().map((key) => [key, row[key] as unknown])));
    } catch (error) {
      if (/table .*(does not exist|unconfigured)|unconfigured table/i.test((error as Error).message)) return [];
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#s3.destroy();
    await this.#cassandra.shutdown();
  }

  async #send(messages: { key: string; value: string }[]): Promise<void> {
    const producer = this.#kafka.producer();
    await producer.connect();
    await producer.send({ topic: 'raw-files', acks: -1, messages });
    await producer.disconnect();
  }
}

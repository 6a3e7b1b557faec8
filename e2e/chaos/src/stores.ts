import { createHash } from 'node:crypto';
import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import type { Feature } from '@neartime/engines';
import type cassandra from 'cassandra-driver';
import { inOrder } from '../../test/expected.ts';
import type { Cluster } from './cluster/cluster.ts';

export interface StoredObject {
  readonly sha256: string;
  readonly etag: string;
  readonly revision: number;
}

export interface StoredPart {
  readonly name: string;
  readonly revision: number;
  readonly rows: number;
  readonly etag: string | undefined;
  readonly state: string;
}

/** What of a file a backfill and the services have to agree on; its path is the one in the bucket. */
export interface FileCounts {
  readonly path: string;
  readonly state: string;
  readonly reason: string | null;
  readonly read: number;
  readonly events: number;
  readonly blank: number;
  readonly rejected: Readonly<Record<string, number>>;
}

export const storeBucket = 'store';
export const keyspace = 'chaos';

/** What the services have left, read by plain clients: what is checked must not rest on the code that is checked. */
export class Stores implements AsyncDisposable {
  readonly #s3: S3Client;
  readonly #cassandra: cassandra.Client;

  constructor(cluster: Cluster) {
    this.#s3 = cluster.s3.client();
    this.#cassandra = cluster.cassandra.client();
  }

  /** Every object of the store by its name. */
  async objects(): Promise<Map<string, StoredObject>> {
    const objects = new Map<string, StoredObject>();
    for (let ContinuationToken: string | undefined; ;) {
      const page = await this.#s3.send(new ListObjectsV2Command({ Bucket: storeBucket, ContinuationToken }));
      for (const { Key } of page.Contents ?? []) objects.set(Key!, await this.#object(Key!));
      ContinuationToken = page.NextContinuationToken;
      if (!ContinuationToken) return objects;
    }
  }

  /** What is online of a feature, as a backfill has it: id, country, brand, window, value, final. */
  async online({ name, engine }: Feature): Promise<string[]> {
    const column = engine.output.name;
    const rows = await this.rows(`SELECT id, country, brand, window, ${column}, final FROM $.${name}`);
    // One without a value is one that a revision took back.
    const standing = rows.filter((row) => row[column] !== null);
    return inOrder(
      standing.map((row) => [
        ...[row['id'], row['country'], row['brand'], (row['window'] as Date).getTime() / 1000],
        ...[Number(row[column]), row['final']],
      ]),
    );
  }

  async files(): Promise<FileCounts[]> {
    const rows = await this.rows('SELECT path, state, reason, read, events, blank, rejected FROM $.files');
    return rows.map(({ path, state, reason, read, events, blank, rejected }) => ({
      path: (path as string).replace(/^s3:\/\/[^/]+\//, ''),
      ...{ state: state as string, reason: reason as string | null },
      ...{ read: Number(read), events: Number(events), blank: Number(blank) },
      rejected: Object.fromEntries(
        Object.entries((rejected as Record<string, unknown> | null) ?? {}).map(([why, lines]) => [why, Number(lines)]),
      ),
    }));
  }

  async parts(): Promise<StoredPart[]> {
    const rows = await this.rows('SELECT feature, window, partition, revision, rows, etag, state FROM $.window_parts');
    return rows.map(({ feature, window, partition, revision, rows, etag, state }) => ({
      name: objectName(feature as string, Number(window), Number(partition)),
      ...{ revision: Number(revision), rows: Number(rows) },
      etag: (etag as string | null) ?? undefined,
      state: state as string,
    }));
  }

  /** Rows of a statement, in which $ is the keyspace; none while its table is not there. */
  async rows(cql: string): Promise<Record<string, unknown>[]> {
    const rows: Record<string, unknown>[] = [];
    try {
      for await (const row of await this.#cassandra.execute(cql.replaceAll('$', keyspace), [], { fetchSize: 2000 }))
        rows.push(Object.fromEntries(row.keys().map((key) => [key, row[key] as unknown])));
    } catch (error) {
      if (!/does not exist|unconfigured table/i.test((error as Error).message)) throw error;
    }
    return rows;
  }

  /** Every table that is no feature's, by its name. */
  async catalogue(): Promise<Map<string, Record<string, unknown>[]>> {
    const tables = await this.rows(`SELECT table_name FROM system_schema.tables WHERE keyspace_name = '${keyspace}'`);
    const names = tables.map((row) => row['table_name'] as string).filter((name) => !/^(device|user)_/.test(name));
    const found = new Map<string, Record<string, unknown>[]>();
    for (const name of names) found.set(name, await this.rows(`SELECT * FROM $.${name}`));
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#s3.destroy();
    await this.#cassandra.shutdown();
  }

  async #object(Key: string): Promise<StoredObject> {
    const place = { Bucket: storeBucket, Key };
    const { Metadata } = await this.#s3.send(new HeadObjectCommand(place));
    const { Body, ETag } = await this.#s3.send(new GetObjectCommand(place));
    const bytes = await Body!.transformToByteArray();
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return { sha256, etag: ETag!.replaceAll('"', ''), revision: Number(Metadata?.['revision'] ?? NaN) };
  }
}

/** By hand, as the README has it: the code that names objects is under test. */
export function objectName(feature: string, window: number, partition: number): string {
  const [, year, month, day, hour, minute] = /^(\d+)-(\d\d)-(\d\d)T(\d\d):(\d\d)/.exec(
    new Date(window * 1000).toISOString(),
  )!;
  const folders = `year=${year}/month=${month}/day=${day}/hour=${hour}/ten_mins=${minute}`;
  return `features_store/${feature}/${folders}/part-${String(partition).padStart(5, '0')}.parquet`;
}

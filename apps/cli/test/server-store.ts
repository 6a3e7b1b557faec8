import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3';
import { CassandraCatalogue, CassandraOnlineStore, CassandraSession } from '@neartime/cassandra';
import { features } from '@neartime/features';
import { S3ObjectStore, s3Client } from '@neartime/s3';
import type { CataloguedFile } from '@neartime/streams';
import { onlineWrite } from '@neartime/streams/contracts';
import { SqliteCatalogue } from '@neartime/streams/embedded';
import { objectName } from '@neartime/streams/object-name';
import type { Servers } from '@neartime/testing/servers';
import { onlineTable } from '../src/online-table.ts';
import { objects, partsByHyparquet } from './store.ts';

/** A bucket and a keyspace that hold what a store folder does, and the flags and variables that name them. They go with the block. */
export class ServerStore implements AsyncDisposable {
  readonly bucket = `cli-${randomUUID()}`;
  readonly url = `s3://${this.bucket}/stores/a`;
  readonly keyspace: string;
  readonly objects: S3ObjectStore;
  readonly cassandra: string;
  readonly env: Readonly<Record<string, string>>;
  readonly #client: ReturnType<typeof s3Client>;
  readonly #session: CassandraSession;

  private constructor({ cassandra, s3 }: Servers, client: ReturnType<typeof s3Client>, session: CassandraSession) {
    this.#client = client;
    this.#session = session;
    this.keyspace = session.keyspace;
    this.cassandra = `${cassandra.contactPoint}/${session.keyspace}`;
    this.objects = new S3ObjectStore({ client, bucket: this.bucket, prefix: 'stores/a/' });
    this.env = {
      S3_ENDPOINT: s3.endpoint,
      S3_ACCESS_KEY_ID: s3.accessKeyId,
      S3_SECRET_ACCESS_KEY: s3.secretAccessKey,
      CASSANDRA_LOCAL_DATA_CENTER: cassandra.localDataCenter,
    };
  }

  static async filledFrom(servers: Servers, folder: string): Promise<ServerStore> {
    const { endpoint, ...credentials } = servers.s3;
    const { contactPoint, localDataCenter } = servers.cassandra;
    const keyspace = `cli_${randomUUID().replaceAll('-', '').slice(0, 16)}`;
    const session = await CassandraSession.connect({ contactPoints: [contactPoint], localDataCenter, keyspace });
    const store = new ServerStore(servers, s3Client({ endpoint, credentials }), session);
    await store.#client.send(new CreateBucketCommand({ Bucket: store.bucket }));
    await store.#fill(folder);
    return store;
  }

  async #fill(folder: string): Promise<void> {
    for (const name of Object.keys(objects(folder)))
      await this.objects.put(`features_store/${name}`, readFileSync(join(folder, 'features_store', name)), {
        ifNoneMatch: '*',
      });
    using from = new SqliteCatalogue(join(folder, 'catalogue.db'), { readOnly: true });
    await this.#fillCatalogue(from);
    await this.#fillOnline(folder, from);
  }

  async #fillCatalogue(from: SqliteCatalogue): Promise<void> {
    const to = await CassandraCatalogue.over(this.#session);
    const [tasks, runs] = [await from.tasks(), await from.rejectedRuns()];
    for (const file of await from.files()) {
      await to.beginReading(file);
      if (file.state === 'quarantined') await to.quarantine(file, file.reason!, file.detail!);
      const task = tasks.find(({ filePath }) => filePath === file.path);
      const rejectedRuns = runs.filter(({ path }) => path === file.path).map(({ path: _, ...run }) => run);
      if (task)
        await to.recordRead(file, { ...outcomeOf(file), lines: await from.linesOf(file.path), rejectedRuns }, task);
    }
    await to.recordParts(await from.windowParts());
    await to.markDone(features);
  }

  /** Window by window, as the writer does, each with the revision and the time that the catalogue tells. */
  async #fillOnline(folder: string, from: SqliteCatalogue): Promise<void> {
    const online = new CassandraOnlineStore(this.#session, { windowsTtl: 86_400 });
    const parts = await partsByHyparquet(folder);
    for (const feature of features)
      for (const { window, partition, revision, writtenAt } of await from.windowParts({ feature: feature.name })) {
        const rows = parts[objectName(feature.name, window, partition)] ?? [];
        const write = onlineWrite.write(window, { final: revision }, rows, onlineTable(feature));
        await online.write([{ ...write, writtenAt }]);
      }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for await (const { Contents = [] } of paginateListObjectsV2({ client: this.#client }, { Bucket: this.bucket })) {
      const Objects = Contents.map(({ Key }) => ({ Key }));
      if (Objects.length > 0)
        await this.#client.send(new DeleteObjectsCommand({ Bucket: this.bucket, Delete: { Objects } }));
    }
    await this.#client.send(new DeleteBucketCommand({ Bucket: this.bucket }));
    this.#client.destroy();
    await this.#session.define([`DROP KEYSPACE IF EXISTS ${this.keyspace}`]);
    await this.#session[Symbol.asyncDispose]();
  }
}

const outcomeOf = ({ fileId, contentHash, read, events, blank, rejected }: CataloguedFile) => ({
  ...{ fileId: fileId!, contentHash: contentHash!, read, events, blank, rejected },
});

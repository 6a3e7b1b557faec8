import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { Servers } from '@neartime/testing/servers';
import { randomUUID } from 'node:crypto';
import { s3Client } from '../src/index.ts';

/** A client for the server of the tests. */
export const clientOf = ({ s3: { endpoint, ...credentials } }: Servers, other: Partial<typeof credentials> = {}) =>
  s3Client({ endpoint, credentials: { ...credentials, ...other } });

export interface NewBucket extends AsyncDisposable {
  readonly client: S3Client;
  readonly bucket: string;
}

/** An empty bucket that goes with the block, with all that is in it. */
export async function newBucket(servers: Servers): Promise<NewBucket> {
  const client = clientOf(servers);
  const Bucket = `neartime-${randomUUID()}`;
  await client.send(new CreateBucketCommand({ Bucket }));
  return {
    client,
    bucket: Bucket,
    async [Symbol.asyncDispose]() {
      for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket })) {
        const Objects = Contents.map(({ Key }) => ({ Key }));
        if (Objects.length > 0) await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
      }
      await client.send(new DeleteBucketCommand({ Bucket }));
      client.destroy();
    },
  };
}

import {
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { Readable } from 'node:stream';
import { bareETag } from './etag.ts';
import { statusOf } from './failure.ts';
import { decodedMetadata } from './metadata.ts';
import { bounded } from './patience.ts';
import type { S3Place } from './s3-url.ts';

/** What S3 says of an object besides its bytes. */
export interface HeadOfObject {
  readonly etag: string;
  readonly size: number;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Asks for an object's head. The answer that refuses one has no body, so it does not say whether it is the key, the bucket or
 * the credentials; a GET that is refused does, so its error is thrown then.
 */
export async function headObject(client: S3Client, { bucket, key }: S3Place): Promise<HeadOfObject> {
  const input = { Bucket: bucket, Key: key };
  try {
    return headOf(await client.send(new HeadObjectCommand(input), bounded()));
  } catch (refused) {
    if (![400, 403, 404].includes(statusOf(refused) ?? 0)) throw refused;
    const found = await client.send(new GetObjectCommand(input));
    (found.Body as Readable).destroy();
    return headOf(found);
  }
}

const headOf = (answer: HeadObjectCommandOutput | GetObjectCommandOutput): HeadOfObject => ({
  etag: bareETag(answer.ETag),
  size: answer.ContentLength ?? 0,
  metadata: decodedMetadata(answer.Metadata ?? {}),
});

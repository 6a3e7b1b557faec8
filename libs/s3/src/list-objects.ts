import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { bareETag } from './etag.ts';
import { s3Failure } from './failure.ts';
import { bounded } from './patience.ts';
import { formatS3Url } from './s3-url.ts';

export interface ListedObject {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
}

/** The objects whose keys begin with `prefix` and come after `after`, in the order of their keys; a page is asked for when it is needed. */
export async function* listObjects(
  client: S3Client,
  { bucket, prefix, after }: { bucket: string; prefix: string; after?: string | undefined },
): AsyncIterable<ListedObject> {
  // In XML a key with control characters has no safe form of its own.
  const input = { Bucket: bucket, Prefix: prefix, StartAfter: after, EncodingType: 'url' as const };
  let token: string | undefined;
  do {
    const command = new ListObjectsV2Command({ ...input, ContinuationToken: token });
    const page = await client.send(command, bounded()).catch((cause: unknown) => {
      throw s3Failure(`s3: cannot list ${formatS3Url({ bucket, key: prefix })}`, cause);
    });
    // Not every server encodes them: those that do say so.
    const keyOf = page.EncodingType === 'url' ? decodedKey : String;
    for (const { Key, Size = 0, ETag } of page.Contents ?? [])
      yield { key: keyOf(Key!), size: Size, etag: bareETag(ETag) };
    token = page.IsTruncated ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
}

const decodedKey = (key: string): string => decodeURIComponent(key.replaceAll('+', ' '));

import { type ListingPart, type S3ClientOptions, S3ObjectStore, S3Reservoir, parseS3Url, s3Client } from '@neartime/s3';
import { type S3Settings, revealed } from '@neartime/service/config';
import type { DescribedObjectStore, ListedFile, Reservoir, VersionedObjectStore } from '@neartime/streams';
import { storePlace } from './store-url.ts';

/** Buckets of an S3 server. */
export interface ObjectsConnection extends Disposable {
  /** The store below an `s3://bucket` or `s3://bucket/prefix`. */
  store(url: string): DescribedObjectStore & VersionedObjectStore;
  /** The raw files of a bucket; a file's path is its key. */
  reservoir(bucket: string): SortedReservoir;
  /** Where a raw file is that the catalogue knows under this `s3://` path. */
  rawFile(path: string): { readonly reservoir: Reservoir; readonly path: string };
}

/** Raw files that can be listed in parts, in the order of their paths' UTF-8 bytes. */
export interface SortedReservoir extends Reservoir {
  list(part?: ListingPart): AsyncIterable<ListedFile>;
}

/** How long a server is waited for, where somebody else waits for the answer. */
export type ObjectsPatience = Pick<S3ClientOptions, 'attempts' | 'connectMs' | 'answerMs'>;

export function connectObjects(settings: S3Settings, patience: ObjectsPatience = {}): ObjectsConnection {
  const client = s3Client({ ...revealed(settings), ...patience });
  const reservoirs = new Map<string, S3Reservoir>();
  const reservoirOf = (bucket: string) => {
    const reservoir = reservoirs.get(bucket) ?? new S3Reservoir({ client, bucket });
    reservoirs.set(bucket, reservoir);
    return reservoir;
  };
  return {
    store: (url) => new S3ObjectStore({ client, ...storePlace(url) }),
    reservoir: reservoirOf,
    rawFile: (path) => {
      const { bucket, key } = parseS3Url(path);
      return { reservoir: reservoirOf(bucket), path: key };
    },
    [Symbol.dispose]: () => client.destroy(),
  };
}

import { type ListingPart, S3ObjectStore, S3Reservoir, s3Client } from '@neartime/s3';
import { type S3Settings, revealed } from '@neartime/service';
import { type DescribedObjectStore, type ListedFile, type Reservoir, StoreError } from '@neartime/streams';

/** Buckets of an S3 server. */
export interface ObjectsConnection extends Disposable {
  /** The store below an `s3://bucket` or `s3://bucket/prefix`. */
  store(url: string): DescribedObjectStore;
  /** The raw files of a bucket; a file's path is its key. */
  reservoir(bucket: string): SortedReservoir;
}

/** Raw files that can be listed in parts, in the order of their paths' UTF-8 bytes. */
export interface SortedReservoir extends Reservoir {
  list(part?: ListingPart): AsyncIterable<ListedFile>;
}

export function connectObjects(settings: S3Settings): ObjectsConnection {
  const client = s3Client(revealed(settings));
  const reservoirs = new Map<string, S3Reservoir>();
  return {
    store: (url) => {
      return new S3ObjectStore({ client, ...storePlace(url) });
    },
    reservoir: (bucket) => {
      const reservoir = reservoirs.get(bucket) ?? new S3Reservoir({ client, bucket });
      reservoirs.set(bucket, reservoir);
      return reservoir;
    },
    [Symbol.dispose]: () => client.destroy(),
  };
}

const storeForm = /^s3:\/\/(?<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(?<prefix>.*))?$/;

/** Whether a text names a store in a bucket. */
export const isStoreUrl = (url: string): boolean => storeForm.test(url);

function storePlace(url: string): { bucket: string; prefix: string } {
  const { bucket, prefix = '' } = storeForm.exec(url)?.groups ?? {};
  if (!bucket) throw new StoreError(`s3: ${url} is no s3://bucket or s3://bucket/prefix`);
  return { bucket, prefix: prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/` };
}

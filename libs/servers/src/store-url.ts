import { StoreError } from '@neartime/streams/store-error';

const storeForm = /^s3:\/\/(?<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(?<prefix>.*))?$/;

/** Whether a text names a store in a bucket. */
export const isStoreUrl = (url: string): boolean => storeForm.test(url);

/** The bucket of a store, and what all its keys begin with. */
export function storePlace(url: string): { bucket: string; prefix: string } {
  const { bucket, prefix = '' } = storeForm.exec(url)?.groups ?? {};
  if (!bucket) throw new StoreError(`s3: ${url} is no s3://bucket or s3://bucket/prefix`);
  return { bucket, prefix: prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/` };
}

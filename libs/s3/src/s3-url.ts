/** Where an object is. */
export interface S3Place {
  readonly bucket: string;
  readonly key: string;
}

const scheme = 's3://';
const longestKey = 1024;
const bucketName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** The place that `s3://bucket/key` names. The key is what follows, as it is: nothing in it is escaped. Throws what is wrong. */
export function parseS3Url(url: string): S3Place {
  if (!url.startsWith(scheme)) throw new Error(`s3 url: it does not begin with ${scheme}: ${url}`);
  const slash = url.indexOf('/', scheme.length);
  const bucket = url.slice(scheme.length, slash < 0 ? undefined : slash);
  const key = slash < 0 ? '' : url.slice(slash + 1);
  const fault = bucketFault(bucket) ?? keyFault(key);
  if (fault) throw new Error(`s3 url: ${fault}: ${url}`);
  return { bucket, key };
}

/** The URL that `parseS3Url` takes back to this place. */
export const formatS3Url = ({ bucket, key }: S3Place): string => `${scheme}${bucket}/${key}`;

const bucketFault = (bucket: string): string | undefined =>
  bucketName.test(bucket)
    ? undefined
    : 'its bucket is not 3 to 63 lower-case letters, digits, dots and hyphens, the first and last a letter or digit';

/** Why no object can have this key; `undefined` when one can. */
export function keyFault(key: string): string | undefined {
  if (key === '') return 'it has no key';
  if (!key.isWellFormed()) return 'its key is not well-formed Unicode';
  return Buffer.byteLength(key) > longestKey ? `its key is longer than ${longestKey} bytes` : undefined;
}

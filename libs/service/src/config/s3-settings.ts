import { secret, text, url, yesOrNo } from './kinds.ts';
import type { Secret } from './secret.ts';
import { allOrNone, group } from './setting.ts';

/** What is not there is left to the SDK, which asks the environment, the profile and the role of the pod or machine. */
export interface S3Settings {
  readonly endpoint?: string;
  readonly region?: string;
  readonly forcePathStyle?: boolean;
  readonly credentials?: { readonly accessKeyId: Secret; readonly secretAccessKey: Secret };
}

export const s3Settings = group(
  {
    endpoint: url('S3_ENDPOINT', { about: "a server that is not Amazon's", optional: true }),
    region: text('S3_REGION', { about: "the region, where the SDK's own is not meant", optional: true }),
    forcePathStyle: yesOrNo('S3_FORCE_PATH_STYLE', {
      about: 'whether the bucket stands in the path; where there is an S3_ENDPOINT it does by itself',
      optional: true,
    }),
    accessKeyId: secret('S3_ACCESS_KEY_ID', { about: "a key, where the SDK's own is not meant", optional: true }),
    secretAccessKey: secret('S3_SECRET_ACCESS_KEY', { about: "the key's secret", optional: true }),
  },
  ({ endpoint, region, forcePathStyle, accessKeyId, secretAccessKey }, refuse): S3Settings => {
    allOrNone({ S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey }, refuse);
    const credentials = accessKeyId && secretAccessKey && { accessKeyId, secretAccessKey };
    return {
      ...(endpoint && { endpoint }),
      ...(region && { region }),
      ...(forcePathStyle !== undefined && { forcePathStyle }),
      ...(credentials && { credentials }),
    };
  },
);

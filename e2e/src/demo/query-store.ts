import { type DemoAddresses, buckets } from './demo-servers.ts';
import { neartime } from './neartime.ts';

/** Asks DuckDB about the Parquet objects of the store, as `neartime query` fetches them. */
export const queryStore = ({ s3 }: DemoAddresses, sql: string): string =>
  neartime(['query', '--store', `s3://${buckets.store}`, sql], {
    S3_ENDPOINT: s3.endpoint,
    S3_ACCESS_KEY_ID: s3.accessKeyId,
    S3_SECRET_ACCESS_KEY: s3.secretAccessKey,
  });

import { type Told, setting } from '@neartime/service/config';
import { z } from 'zod';
import { isStoreUrl } from './store-url.ts';

/** The bucket, and the prefix in it, below which the Parquet objects are. */
export const storeSetting = <O extends Told>(told: O) =>
  setting('STORE', 's3://bucket or s3://bucket/prefix', z.string().refine(isStoreUrl), told);

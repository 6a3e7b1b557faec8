import type { Writable } from 'node:stream';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FeatureStore } from './feature-store.ts';
import { type Format, formats } from './format/index.ts';

/** Writes the answer to `out` as fast as that takes it. A reader that goes away, such as `head`, is no error. */
export async function runQuery(store: FeatureStore, sql: string, format: Format, out: Writable): Promise<void> {
  const result = await store.query(sql);
  try {
    await pipeline(Readable.from(formats[format](result)), out, { end: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  }
}

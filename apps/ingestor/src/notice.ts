import { murmur2, partitionOf } from '@neartime/engines';
import { z } from 'zod';

/** The partition of `raw-files` that Java's default partitioner gives the notices of a source. */
export const noticesPartition = (source: Uint8Array, partitions: number): number =>
  partitionOf(murmur2(source, 0, source.length), partitions);

/** A raw file is ready. */
export interface FileNotice {
  readonly bucket: string;
  readonly key: string;
}

/** A source is complete up to a time: the end of a backfill, or its beginning. */
export interface CompleteNotice {
  readonly source: string;
  /** Epoch seconds. */
  readonly completeUpTo: number;
}

export type Notice = FileNotice | CompleteNotice;

/** No bucket has another name, and no object a longer key: who asked for one would only be refused, again and again. */
const bucketName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const longestKey = 1024;

const s3Event = z.object({
  Records: z.array(
    z.object({
      eventName: z.string().optional(),
      s3: z.object({
        bucket: z.object({ name: z.string().regex(bucketName) }),
        object: z.object({ key: z.string().min(1) }),
      }),
    }),
  ),
});

const complete = z.object({
  // Another form would be a source of its own, which the watermark would wait for in vain.
  source: z
    .string()
    .max(longestKey)
    .regex(/^s3:\/\/[^/]+\/(.*\/)?$/s),
  completeUpTo: z.iso.datetime(),
});

/** What a text is not, in words. */
export interface Undecodable {
  readonly undecodable: string;
}

/**
 * Reads a record of the topic `raw-files`: an `s3://bucket/key` path, an S3 event as JSON (whose keys are URL-encoded, with + for
 * a space), or `{"source": "s3://…/", "completeUpTo": "2018-08-01T10:00:00Z"}`. What it is not is told in words.
 */
export function parseNotice(value: string): readonly Notice[] | Undecodable {
  const text = value.trim();
  if (text.startsWith('s3://')) return parsePath(text);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { undecodable: 'it is neither an s3:// path nor JSON' };
  }
  return parseJsonNotice(json);
}

/** The same for JSON that has been read. */
export function parseJsonNotice(json: unknown): readonly Notice[] | Undecodable {
  if (isTestEvent(json)) return [];
  const event = s3Event.safeParse(json);
  if (event.success) return filesOf(event.data);
  const said = complete.safeParse(json);
  if (said.success)
    return [{ source: said.data.source, completeUpTo: Math.floor(Date.parse(said.data.completeUpTo) / 1000) }];
  return { undecodable: 'it is JSON, but neither an S3 event nor "complete up to"' };
}

/** Reads an `s3://bucket/key` path; nothing in it is escaped. */
export function parsePath(text: string): readonly Notice[] | Undecodable {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/s.exec(text) ?? [];
  if (!bucket || !key || !bucketName.test(bucket)) return { undecodable: 'it is no s3://bucket/key path' };
  return isTooLong(key) ? tooLong : [{ bucket, key }];
}

const isTooLong = (key: string): boolean => Buffer.byteLength(key) > longestKey;
const tooLong: Undecodable = { undecodable: `its key is longer than ${longestKey} bytes` };

/** The text of a notice, which parseNotice reads. */
export function formatNotice(notice: Notice): string {
  if ('key' in notice) return pathOf(notice);
  const { source, completeUpTo } = notice;
  return JSON.stringify({ source, completeUpTo: new Date(completeUpTo * 1000).toISOString() });
}

export const pathOf = ({ bucket, key }: FileNotice): string => `s3://${bucket}/${key}`;

/** S3 says this when notifications are set up. */
const isTestEvent = (json: unknown): boolean => (json as { Event?: unknown } | null)?.Event === 's3:TestEvent';

const isCreation = ({ eventName }: { eventName?: string | undefined }): boolean =>
  eventName === undefined || eventName.includes('ObjectCreated');

function filesOf({ Records }: z.infer<typeof s3Event>): readonly Notice[] | Undecodable {
  const places = Records.filter(isCreation).map(({ s3 }) => ({ bucket: s3.bucket.name, encoded: s3.object.key }));
  try {
    const files = places.map(({ bucket, encoded }) => ({
      bucket,
      key: decodeURIComponent(encoded.replaceAll('+', ' ')),
    }));
    return files.some(({ key }) => isTooLong(key)) ? tooLong : files;
  } catch {
    return { undecodable: 'it is an S3 event with a key that is not URL-encoded' };
  }
}

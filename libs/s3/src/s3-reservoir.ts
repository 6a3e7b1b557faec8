import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { FileRefused, type ListedFile, type Reservoir } from '@neartime/streams';
import type { Readable } from 'node:stream';
import { quotedETag } from './etag.ts';
import { fileFailure } from './failure.ts';
import { headObject } from './head-object.ts';
import { listObjects } from './list-objects.ts';
import { stallMs } from './patience.ts';
import { pieces } from './pieces.ts';
import { formatS3Url, keyFault } from './s3-url.ts';

export interface S3ReservoirOptions {
  readonly client: S3Client;
  readonly bucket: string;
  /** What the keys of raw files begin with: `in/` by default. */
  readonly prefix?: string;
  /** How long a file's bytes may stand still while somebody waits for them. */
  readonly stallMs?: number;
}

/** Which raw files a listing is to give. */
export interface ListingPart {
  /** Only those whose paths begin with it, in place of the reservoir's own prefix. */
  readonly prefix?: string;
  /** Only those whose paths come after it. */
  readonly after?: string;
}

/** Raw files in a bucket. A file's path is its key, its version its ETag. */
export class S3Reservoir implements Reservoir {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #stallMs: number;

  constructor(options: S3ReservoirOptions) {
    this.#client = options.client;
    this.#bucket = options.bucket;
    this.#prefix = options.prefix ?? 'in/';
    this.#stallMs = options.stallMs ?? stallMs;
  }

  /** In the order of their paths' UTF-8 bytes, so that whoever lists again may go on after the last one. */
  async *list({ prefix = this.#prefix, after }: ListingPart = {}): AsyncIterable<ListedFile> {
    for await (const { key, size, etag } of listObjects(this.#client, { bucket: this.#bucket, prefix, after }))
      if (key.endsWith('.gz')) yield { path: key, size, version: etag };
  }

  async stat(path: string): Promise<ListedFile> {
    return this.#ask(path, async () => {
      const { etag, size } = await headObject(this.#client, { bucket: this.#bucket, key: path });
      return { path, size, version: etag };
    });
  }

  /** One request: a connection that breaks off fails, and is not taken up again in the middle. */
  async *open(path: string, version?: string): AsyncIterable<Uint8Array> {
    const body = await this.#ask(path, async () => {
      const input = { Bucket: this.#bucket, Key: path, ...(version !== undefined && { IfMatch: quotedETag(version) }) };
      return (await this.#client.send(new GetObjectCommand(input))).Body as Readable;
    });
    yield* pieces(body, { what: this.#reading(path), stallMs: this.#stallMs });
  }

  async #ask<T>(path: string, question: () => Promise<T>): Promise<T> {
    const fault = keyFault(path);
    if (fault) throw new FileRefused(path, 'missing', { cause: new Error(fault) });
    try {
      return await question();
    } catch (cause) {
      throw fileFailure(path, this.#reading(path), cause);
    }
  }

  #reading(path: string): string {
    return `s3: cannot read ${formatS3Url({ bucket: this.#bucket, key: path })}`;
  }
}

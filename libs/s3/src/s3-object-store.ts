import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type {
  DescribedObject,
  DescribedObjectStore,
  ListedObject,
  PutCondition,
  VersionedObjectStore,
} from '@neartime/streams';
import type { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { bareETag, quotedETag } from './etag.ts';
import { attemptsOf, isAbsent, isConflict, isUnmet, s3Failure } from './failure.ts';
import { type HeadOfObject, headObject } from './head-object.ts';
import { listObjects } from './list-objects.ts';
import { decodedMetadata, encodedMetadata } from './metadata.ts';
import { bounded, stallMs } from './patience.ts';
import { pieces } from './pieces.ts';
import { type S3Place, formatS3Url } from './s3-url.ts';

export interface S3ObjectStoreOptions {
  readonly client: S3Client;
  readonly bucket: string;
  /** What the keys of all objects begin with, before their names: nothing by default. */
  readonly prefix?: string;
  /** How long an object's bytes may stand still while somebody waits for them. */
  readonly stallMs?: number;
}

type Metadata = Readonly<Record<string, string>>;

interface ReadObject extends DescribedObject {
  readonly body: Uint8Array;
}

/** How often an object is read, in all, whose bytes do not come whole. */
const mostReads = 4;

/** How long to wait before a put that met another one is put again. */
const conflictPausesMs = [50, 100, 200, 400, 800];

/** Objects in a bucket, one PUT each. */
export class S3ObjectStore implements DescribedObjectStore, VersionedObjectStore {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #stallMs: number;

  constructor(options: S3ObjectStoreOptions) {
    this.#client = options.client;
    this.#bucket = options.bucket;
    this.#prefix = options.prefix ?? '';
    this.#stallMs = options.stallMs ?? stallMs;
  }

  async head(name: string): Promise<string | undefined> {
    return (await this.#head(name))?.etag;
  }

  async describe(name: string): Promise<DescribedObject | undefined> {
    const head = await this.#head(name);
    return head && { etag: head.etag, metadata: head.metadata };
  }

  async get(name: string): Promise<Uint8Array | undefined> {
    return (await this.#read(name))?.body;
  }

  async put(
    name: string,
    body: Uint8Array,
    condition: PutCondition,
    metadata: Metadata = {},
  ): Promise<string | undefined> {
    try {
      return await this.#putAgain(name, body, condition, metadata);
    } catch (cause) {
      if (!isUnmet(cause) && !('ifMatch' in condition && isAbsent(cause)))
        throw s3Failure(`s3: cannot write ${formatS3Url(this.#place(name))}`, cause);
      // An attempt whose answer was lost may have written the object, and then it is what refuses the next attempt.
      return attemptsOf(cause) > 1 ? this.#etagOfSame(name, body, metadata) : undefined;
    }
  }

  async *list(prefix: string): AsyncIterable<string> {
    for await (const { name } of this.listed(prefix)) yield name;
  }

  async *listed(prefix: string): AsyncIterable<ListedObject> {
    const listed = listObjects(this.#client, { bucket: this.#bucket, prefix: this.#prefix + prefix });
    for await (const { key, ...object } of listed) yield { name: key.slice(this.#prefix.length), ...object };
  }

  #place(name: string): S3Place {
    return { bucket: this.#bucket, key: this.#prefix + name };
  }

  async #head(name: string): Promise<HeadOfObject | undefined> {
    const place = this.#place(name);
    return ifThere(`s3: cannot read ${formatS3Url(place)}`, () => headObject(this.#client, place));
  }

  async read(name: string): Promise<ReadObject | undefined> {
    return this.#read(name);
  }

  /** Nothing of a body is handed out before it is whole, so one that broke off is simply asked for again. */
  async #read(name: string, readsLeft = mostReads): Promise<ReadObject | undefined> {
    const place = this.#place(name);
    const what = `s3: cannot read ${formatS3Url(place)}`;
    const command = new GetObjectCommand({ Bucket: place.bucket, Key: place.key });
    const found = await ifThere(what, () => this.#client.send(command));
    if (!found) return undefined;
    try {
      const body = await whole(pieces(found.Body as Readable, { what, stallMs: this.#stallMs }));
      return { etag: bareETag(found.ETag), metadata: decodedMetadata(found.Metadata ?? {}), body };
    } catch (failure) {
      if (readsLeft === 1) throw failure;
      return this.#read(name, readsLeft - 1);
    }
  }

  /** The object's ETag, when it is the very one that was to be put. */
  async #etagOfSame(name: string, body: Uint8Array, metadata: Metadata): Promise<string | undefined> {
    const standing = await this.#read(name);
    const isSame =
      standing && isDeepStrictEqual(standing.metadata, metadata) && Buffer.compare(standing.body, body) === 0;
    return isSame ? standing.etag : undefined;
  }

  /** Puts; and again, when another put of the same object was under way. */
  async #putAgain(name: string, body: Uint8Array, condition: PutCondition, metadata: Metadata): Promise<string> {
    for (const pauseMs of conflictPausesMs) {
      try {
        return await this.#putOnce(name, body, condition, metadata);
      } catch (cause) {
        if (!isConflict(cause)) throw cause;
        await setTimeout(pauseMs * (0.5 + Math.random()));
      }
    }
    return this.#putOnce(name, body, condition, metadata);
  }

  async #putOnce(name: string, body: Uint8Array, condition: PutCondition, metadata: Metadata): Promise<string> {
    const { bucket, key } = this.#place(name);
    const command = new PutObjectCommand({
      Bucket: bucket,
      Key: key,
      Body: body,
      Metadata: encodedMetadata(metadata),
      ...('ifMatch' in condition ? { IfMatch: quotedETag(condition.ifMatch) } : { IfNoneMatch: '*' }),
    });
    return bareETag((await this.#client.send(command, bounded(body.length))).ETag);
  }
}

/** What a question about an object gives; `undefined` when there is no such object. */
async function ifThere<T>(what: string, question: () => Promise<T>): Promise<T | undefined> {
  try {
    return await question();
  } catch (cause) {
    if (isAbsent(cause)) return undefined;
    throw s3Failure(what, cause);
  }
}

async function whole(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const piece of body) all.push(piece);
  return Buffer.concat(all);
}

/** On what state of an object a put rests: that there is none, or that it still has this ETag. */
export type PutCondition = { readonly ifNoneMatch: '*' } | { readonly ifMatch: string };

/** Objects by name. A put is whole or not at all: no reader ever sees half an object. */
export interface ObjectStore {
  /** The ETag of an object, or `undefined` when there is none. */
  head(name: string): Promise<string | undefined>;
  get(name: string): Promise<Uint8Array | undefined>;
  /** Writes an object and gives its ETag; `undefined` when the condition does not hold, and then nothing was written. */
  put(name: string, body: Uint8Array, condition: PutCondition): Promise<string | undefined>;
  /** The names that begin with a prefix, in no particular order; what is being put is not among them. */
  list(prefix: string): AsyncIterable<string>;
}

/** An object with what was kept beside its bytes. */
export interface DescribedObject {
  readonly etag: string;
  /** Names in lower case. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** An object store that keeps a few short texts beside each object: what must not be in the bytes, such as a revision. */
export interface DescribedObjectStore extends ObjectStore {
  describe(name: string): Promise<DescribedObject | undefined>;
  put(
    name: string,
    body: Uint8Array,
    condition: PutCondition,
    metadata?: Readonly<Record<string, string>>,
  ): Promise<string | undefined>;
}

/** An object as a listing tells of it. */
export interface ListedObject {
  readonly name: string;
  readonly etag: string;
  readonly size: number;
}

/** An object store that says with every name and every body which version it is: for copies of objects. */
export interface VersionedObjectStore extends ObjectStore {
  /** The objects whose names begin with a prefix, as they are now. */
  listed(prefix: string): AsyncIterable<ListedObject>;
  /** An object as it is now, and its ETag: it may have been replaced since it was listed. */
  read(name: string): Promise<{ readonly etag: string; readonly body: Uint8Array } | undefined>;
}

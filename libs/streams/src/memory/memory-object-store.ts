import { createHash } from 'node:crypto';
import type {
  DescribedObject,
  DescribedObjectStore,
  ListedObject,
  PutCondition,
  VersionedObjectStore,
} from '../object-store.ts';

/** Objects in memory, for tests; the ETag is the content's hash. */
export class MemoryObjectStore implements DescribedObjectStore, VersionedObjectStore {
  readonly #objects = new Map<string, DescribedObject & { readonly body: Uint8Array }>();

  async head(name: string): Promise<string | undefined> {
    return this.#objects.get(name)?.etag;
  }

  async describe(name: string): Promise<DescribedObject | undefined> {
    const standing = this.#objects.get(name);
    return standing && { etag: standing.etag, metadata: standing.metadata };
  }

  async get(name: string): Promise<Uint8Array | undefined> {
    return this.#objects.get(name)?.body.slice();
  }

  async put(
    name: string,
    body: Uint8Array,
    condition: PutCondition,
    metadata: Readonly<Record<string, string>> = {},
  ): Promise<string | undefined> {
    const standing = this.#objects.get(name)?.etag;
    const holds = 'ifMatch' in condition ? standing === condition.ifMatch : standing === undefined;
    if (!holds) return undefined;
    const etag = createHash('sha256').update(body).digest('hex');
    // Copies: whoever put them may go on with them.
    this.#objects.set(name, { etag, metadata: { ...metadata }, body: Uint8Array.from(body) });
    return etag;
  }

  async *list(prefix: string): AsyncIterable<string> {
    for await (const { name } of this.listed(prefix)) yield name;
  }

  async *listed(prefix: string): AsyncIterable<ListedObject> {
    for (const [name, { etag, body }] of [...this.#objects])
      if (name.startsWith(prefix)) yield { name, etag, size: body.length };
  }

  async read(name: string): Promise<{ etag: string; body: Uint8Array } | undefined> {
    const standing = this.#objects.get(name);
    return standing && { etag: standing.etag, body: standing.body.slice() };
  }
}

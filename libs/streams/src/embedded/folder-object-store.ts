import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ObjectStore, PutCondition } from '../object-store.ts';
import { StoreError } from '../store-error.ts';

export const contentHash = (body: Uint8Array): string => createHash('sha256').update(body).digest('hex').slice(0, 32);

/**
 * Objects as files below a folder; the ETag is the content's hash. A temporary file is written, flushed to the disk and
 * renamed, so that after a crash or on a full disk there is the old object or the new one. Conditions hold among the writers
 * of one process: the store's lock keeps others out.
 */
export class FolderObjectStore implements ObjectStore {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async get(name: string): Promise<Uint8Array | undefined> {
    return readFile(join(this.#root, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw new StoreError(`store: cannot read ${name} (${error.code})`, { cause: error });
    });
  }

  async head(name: string): Promise<string | undefined> {
    const body = await this.get(name);
    return body && contentHash(body);
  }

  async put(name: string, body: Uint8Array, condition: PutCondition): Promise<string | undefined> {
    const standing = await this.head(name);
    const holds = 'ifMatch' in condition ? standing === condition.ifMatch : standing === undefined;
    if (!holds) return undefined;
    const path = join(this.#root, name);
    const temporary = `${path}.tmp`;
    try {
      await mkdir(dirname(path), { recursive: true });
      await writeFlushed(temporary, body);
      await rename(temporary, path);
    } catch (cause) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw new StoreError(`store: cannot write ${name} (${(cause as NodeJS.ErrnoException).code})`, { cause });
    }
    return contentHash(body);
  }
}

async function writeFlushed(path: string, body: Uint8Array): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(body);
    await file.sync();
  } finally {
    await file.close();
  }
}

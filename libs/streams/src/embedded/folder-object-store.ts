import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import pLimit from 'p-limit';
import type { ObjectStore, PutCondition } from '../object-store.ts';
import { errorCode, systemFailure } from './failure.ts';
import { flushFolder, writeFlushed } from './flushed.ts';

export const contentHash = (body: Uint8Array): string => createHash('sha256').update(body).digest('hex').slice(0, 32);

/** What a name ends with while its object is being put: no object's name does. */
const temporaryEnding = '.tmp';

/**
 * Objects as files below a folder; the ETag is the content's hash. A temporary file is written, flushed to the disk and
 * renamed, and so are the folders that say its name, so that after a crash, a power failure or on a full disk there is the
 * old object or the new one, and a put that returned stays. Conditions hold among the writers of one process: the store's
 * lock keeps others out.
 */
export class FolderObjectStore implements ObjectStore {
  readonly #root: string;
  /** Each keeps a file open, or some folders. */
  readonly #fewAtOnce = pLimit(16);
  /** The last put of each name that is being put. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(root: string) {
    this.#root = root;
  }

  async get(name: string): Promise<Uint8Array | undefined> {
    return this.#fewAtOnce(() => readFile(join(this.#root, name))).catch((cause: unknown) => {
      if (errorCode(cause) === 'ENOENT') return undefined;
      throw systemFailure(`store: cannot read ${join(this.#root, name)}`, cause);
    });
  }

  async head(name: string): Promise<string | undefined> {
    const body = await this.get(name);
    return body && contentHash(body);
  }

  /** Puts of one name go one after the other: of two that rest on the same state the second does not hold. */
  async put(name: string, body: Uint8Array, condition: PutCondition): Promise<string | undefined> {
    const put = (this.#turns.get(name) ?? Promise.resolve()).then(() => this.#put(name, body, condition));
    const turn = put.catch(() => undefined);
    this.#turns.set(name, turn);
    try {
      return await put;
    } finally {
      if (this.#turns.get(name) === turn) this.#turns.delete(name);
    }
  }

  async *list(prefix: string): AsyncIterable<string> {
    yield* this.#below(prefix.slice(0, prefix.lastIndexOf('/') + 1), prefix);
  }

  async #put(name: string, body: Uint8Array, condition: PutCondition): Promise<string | undefined> {
    const standing = await this.head(name);
    const holds = 'ifMatch' in condition ? standing === condition.ifMatch : standing === undefined;
    if (!holds) return undefined;
    const path = join(this.#root, name);
    const temporary = path + temporaryEnding;
    try {
      await this.#fewAtOnce(async () => {
        const made = await mkdir(dirname(path), { recursive: true });
        await writeFlushed(temporary, body);
        await rename(temporary, path);
        await flushNames(dirname(path), made);
      });
    } catch (cause) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw systemFailure(`store: cannot write ${path}`, cause);
    }
    return contentHash(body);
  }

  /** `folder` is empty or ends with a slash. */
  async *#below(folder: string, prefix: string): AsyncIterable<string> {
    const entries = await readdir(join(this.#root, folder), { withFileTypes: true }).catch((cause: unknown) => {
      if (['ENOENT', 'ENOTDIR'].includes(errorCode(cause) ?? '')) return [];
      throw systemFailure(`store: cannot read the folder ${join(this.#root, folder)}`, cause);
    });
    for (const entry of entries) {
      const name = folder + entry.name;
      if (!name.startsWith(prefix)) continue;
      if (entry.isDirectory()) yield* this.#below(`${name}/`, prefix);
      else if (!name.endsWith(temporaryEnding)) yield name;
    }
  }
}

/** Flushes the folder that a new name is in, and those that the folders made for it are in; `made` is the first of them. */
async function flushNames(folder: string, made: string | undefined): Promise<void> {
  const folders = [folder];
  if (made !== undefined)
    for (let child = folder; child.length >= made.length; child = dirname(child)) folders.push(dirname(child));
  await Promise.all(folders.map(flushFolder));
}

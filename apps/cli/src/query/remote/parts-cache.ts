import { randomUUID } from 'node:crypto';
import { link, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ListedObject, VersionedObjectStore } from '@neartime/streams';

/** What a process that was killed has left is removed after a day: no question takes so long. */
const leftOverMs = 86_400_000;

const code = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

/**
 * Copies of a store's objects in a folder, for many processes at once:
 *
 *     kept/<object>/<ETag>     a copy, never changed; an older version goes when a newer one has come
 *     views/<one question>/    the objects as one question sees them, as links to copies
 *
 * A view belongs to its process alone, and what it links to stays for it, whatever others remove. An object comes into `kept` by a
 * link to a whole file, so nobody ever meets a half one. All of it may be deleted at any time when no question runs.
 */
export class PartsCache {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** An empty view, which goes with the block. */
  async openView(): Promise<PartsView> {
    const views = join(this.#folder, 'views');
    await mkdir(views, { recursive: true, mode: 0o700 });
    await removeLeftOvers(views);
    const folder = join(views, randomUUID());
    await mkdir(join(folder, 'features_store'), { recursive: true });
    return new PartsView(folder, join(this.#folder, 'kept'));
  }
}

/** Objects below a folder, as a store has them. */
export class PartsView implements AsyncDisposable {
  readonly folder: string;
  readonly #kept: string;
  readonly #made = new Map<string, Promise<unknown>>();

  constructor(folder: string, kept: string) {
    this.folder = folder;
    this.#kept = kept;
  }

  /** Shows an object, from the cache where it is kept in this version. One that has gone since it was listed is left out. */
  async show({ name, etag, size }: ListedObject, store: VersionedObjectStore): Promise<void> {
    const shown = join(this.folder, name);
    await this.#makeFolder(dirname(shown));
    if (await linked(this.#copy(name, etag), shown, size)) return;
    const read = await store.read(name);
    if (!read) return;
    await writeFile(shown, read.body);
    await this.#keep(name, read.etag, shown);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  async #keep(name: string, etag: string, shown: string): Promise<void> {
    const copy = this.#copy(name, etag);
    await this.#makeFolder(dirname(copy));
    try {
      await link(shown, copy);
    } catch (error) {
      // Somebody else has kept it; or the file system has no links, and then it is fetched every time.
      if (!['EEXIST', 'EPERM', 'ENOTSUP', 'ENOSYS', 'EMLINK'].includes(code(error) ?? '')) throw error;
    }
    for (const other of await readdir(dirname(copy)))
      if (join(dirname(copy), other) !== copy) await rm(join(dirname(copy), other), { force: true });
  }

  #copy(name: string, etag: string): string {
    return join(this.#kept, name, encodeURIComponent(etag));
  }

  /** Each folder once: parts of a window share theirs. */
  #makeFolder(path: string): Promise<unknown> {
    const making = this.#made.get(path) ?? mkdir(path, { recursive: true, mode: 0o700 });
    this.#made.set(path, making);
    return making;
  }
}

/** Links to a copy; false where there is none, or not a whole one: a machine that lost its power may have left that. */
async function linked(copy: string, shown: string, size: number): Promise<boolean> {
  try {
    await link(copy, shown);
  } catch (error) {
    if (code(error) === 'ENOENT') return false;
    throw error;
  }
  if ((await stat(shown)).size === size) return true;
  await rm(shown);
  await rm(copy, { force: true });
  return false;
}

async function removeLeftOvers(views: string): Promise<void> {
  for (const name of await readdir(views)) {
    const view = join(views, name);
    const found = await stat(view).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > leftOverMs) await rm(view, { recursive: true, force: true });
  }
}

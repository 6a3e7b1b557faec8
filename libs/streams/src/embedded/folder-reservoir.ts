import type { BigIntStats, Dirent } from 'node:fs';
import { type FileHandle, open, readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FileRefused, type ListedFile, type Reservoir } from '../reservoir.ts';
import type { StoreError } from '../store-error.ts';
import { errorCode, systemFailure } from './failure.ts';

const pieceBytes = 256 * 1024;
/** Files that are looked at side by side: one after the other, a hundred thousand take 8 s. */
const looksAtOnce = 32;
/** What went between listing and looking, a link to nothing and a link to itself are not there. */
const notThere = ['ENOENT', 'ENOTDIR', 'ELOOP'];
const notAllowed = ['EACCES', 'EPERM'];

interface Folder {
  /** Below the root, with slashes. */
  readonly path: string;
  /** Where it really is, after all links; and so of every folder that it is in. */
  readonly realPath: string;
  readonly ancestors: readonly string[];
}

/** Raw files below `root/in/`, for one process on one machine. Links to folders and to files are followed. */
export class FolderReservoir implements Reservoir {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async *list(): AsyncIterable<ListedFile> {
    const folders = [await this.#top()];
    const looks: Promise<ListedFile | undefined>[] = [];
    for (let folder = folders.pop(); folder; folder = folders.pop()) {
      for (const path of await this.#files(folder, folders)) {
        looks.push(this.#look(path));
        if (looks.length < looksAtOnce) continue;
        const file = await looks.shift();
        if (file) yield file;
      }
    }
    for (const look of looks) {
      const file = await look;
      if (file) yield file;
    }
  }

  async stat(path: string): Promise<ListedFile> {
    const file = await this.#look(path).catch((failure: StoreError) => {
      throw refused(path, failure.cause) ?? failure;
    });
    if (!file) throw new FileRefused(path, 'missing');
    return file;
  }

  /** Without a version, what the system says of a file that it does not open is thrown as it is. */
  async *open(path: string, version?: string): AsyncIterable<Uint8Array> {
    await using file = await open(join(this.#root, path), 'r').catch((cause: unknown) => {
      throw (version !== undefined && refused(path, cause)) || cause;
    });
    if (version !== undefined && versionOf(await file.stat({ bigint: true })) !== version)
      throw new FileRefused(path, 'changed');
    yield* pieces(file);
  }

  async #top(): Promise<Folder> {
    const path = 'in';
    return { path, realPath: await this.#ask(path, (there) => realpath(there)), ancestors: [] };
  }

  /** The paths in a folder that may be raw files; the folders in it come to the others. */
  async #files(folder: Folder, folders: Folder[]): Promise<string[]> {
    const files: string[] = [];
    for (const entry of await this.#entries(folder)) {
      const path = `${folder.path}/${entry.name}`;
      if (entry.isDirectory()) folders.push(within(folder, path, join(folder.realPath, entry.name)));
      else if (!entry.isFile()) await this.#follow(path, folder, { files, folders });
      else if (isPacked(path)) files.push(path);
    }
    return files;
  }

  /** Adds what a link leads to. */
  async #follow(
    path: string,
    folder: Folder,
    { files, folders }: { files: string[]; folders: Folder[] },
  ): Promise<void> {
    const found = await this.#askIfThere(path, (there) => stat(there));
    if (found?.isFile() && isPacked(path)) files.push(path);
    if (!found?.isDirectory()) return;
    const realPath = await this.#askIfThere(path, (there) => realpath(there));
    if (realPath !== undefined) folders.push(within(folder, path, realPath));
  }

  /** What is in a folder. One that a link leads back to is in itself: nothing is in it. */
  async #entries({ path, realPath, ancestors }: Folder): Promise<Dirent[]> {
    const read = (there: string) => readdir(there, { withFileTypes: true });
    if (ancestors.length === 0) return this.#ask(path, read);
    return ancestors.includes(realPath) ? [] : ((await this.#askIfThere(path, read)) ?? []);
  }

  #look(path: string): Promise<ListedFile | undefined> {
    const look = this.#askIfThere(path, (there) => stat(there, { bigint: true })).then((found) =>
      found?.isFile() ? { path, size: Number(found.size), version: versionOf(found) } : undefined,
    );
    // Whoever waits for it hears of a failure; until then it is nobody's.
    look.catch(() => undefined);
    return look;
  }

  async #ask<T>(path: string, question: (there: string) => Promise<T>): Promise<T> {
    const there = join(this.#root, path);
    try {
      return await question(there);
    } catch (cause) {
      throw systemFailure(`reservoir: cannot read ${there}`, cause);
    }
  }

  async #askIfThere<T>(path: string, question: (there: string) => Promise<T>): Promise<T | undefined> {
    try {
      return await this.#ask(path, question);
    } catch (failure) {
      if (notThere.includes(errorCode((failure as StoreError).cause) ?? '')) return undefined;
      throw failure;
    }
  }
}

/** Reads one piece ahead, into two buffers by turns: a stream would take memory anew for each piece. */
async function* pieces(file: FileHandle): AsyncIterable<Uint8Array> {
  let [room, otherRoom] = [Buffer.allocUnsafeSlow(pieceBytes), Buffer.allocUnsafeSlow(pieceBytes)];
  const readOn = () => {
    const reading = file.read(room);
    // It fails for whoever asks for the next piece; until then it is nobody's.
    reading.catch(() => undefined);
    return reading;
  };
  let reading = readOn();
  try {
    for (let { bytesRead } = await reading; bytesRead > 0; { bytesRead } = await reading) {
      const piece = room.subarray(0, bytesRead);
      [room, otherRoom] = [otherRoom, room];
      reading = readOn();
      yield piece;
    }
  } finally {
    // Whoever takes no more pieces must not have the file closed while it is read.
    await reading.catch(() => undefined);
  }
}

const versionOf = ({ size, mtimeNs, ino }: BigIntStats): string => `${size}-${mtimeNs}-${ino}`;

/** What the system says, when it is about this file alone. */
function refused(path: string, cause: unknown): FileRefused | undefined {
  const code = errorCode(cause) ?? '';
  if (notThere.includes(code)) return new FileRefused(path, 'missing', { cause });
  return notAllowed.includes(code) ? new FileRefused(path, 'forbidden', { cause }) : undefined;
}

const isPacked = (path: string): boolean => path.endsWith('.gz');

const within = (folder: Folder, path: string, realPath: string): Folder => ({
  path,
  realPath,
  ancestors: [...folder.ancestors, folder.realPath],
});

import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { ListedFile, Reservoir } from '../reservoir.ts';
import { StoreError } from '../store-error.ts';

const readBytes = 1024 * 1024;

/** Raw files below `root/in/`, for one process on one machine. */
export class FolderReservoir implements Reservoir {
  readonly name: string;

  constructor(root: string) {
    this.name = root;
  }

  async *list(): AsyncIterable<ListedFile> {
    yield* this.#below('in');
  }

  open(path: string): Readable {
    return createReadStream(join(this.name, path), { highWaterMark: readBytes });
  }

  async *#below(folder: string): AsyncIterable<ListedFile> {
    const entries = await readdir(join(this.name, folder), { withFileTypes: true }).catch((cause: NodeJS.ErrnoException) => {
      throw new StoreError(`reservoir: cannot read the folder ${join(this.name, folder)} (${cause.code})`, { cause });
    });
    for (const entry of entries) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) yield* this.#below(path);
      else if (entry.name.endsWith('.gz')) yield* this.#file(path);
    }
  }

  async *#file(path: string): AsyncIterable<ListedFile> {
    try {
      const { size, mtimeNs, ino } = await stat(join(this.name, path), { bigint: true });
      yield { path, size: Number(size), version: `${size}-${mtimeNs}-${ino}` };
    } catch (error) {
      // A file that went between listing and looking is none; any other fault is met when it is opened.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') yield { path, size: 0, version: 'unknown' };
    }
  }
}

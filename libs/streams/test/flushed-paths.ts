import { readlinkSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { vi } from 'vitest';

/** Linux says which file a descriptor stands for. */
export const canSeeFlushes = process.platform === 'linux';

/** The paths, in order, that are flushed to the disk while `work` runs. */
export async function flushedPaths(work: () => Promise<unknown>): Promise<string[]> {
  const paths: string[] = [];
  await using handle = await open(import.meta.filename);
  const prototype = Object.getPrototypeOf(handle) as typeof handle;
  const sync = prototype.sync;
  using _ = vi.spyOn(prototype, 'sync').mockImplementation(function (this: typeof handle) {
    paths.push(readlinkSync(`/proc/self/fd/${this.fd}`));
    return sync.call(this);
  });
  await work();
  return paths;
}

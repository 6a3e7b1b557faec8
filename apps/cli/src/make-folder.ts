import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Makes a folder with all above it that is missing. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    // Node says ENOENT where a file system can only be read; the first folder that is missing tells the reason.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') await mkdir(firstMissing(path));
    throw error;
  }
}

function firstMissing(path: string): string {
  let missing = path;
  while (!existsSync(dirname(missing))) missing = dirname(missing);
  return missing;
}

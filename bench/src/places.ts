import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const neartimeBin = fileURLToPath(new URL('../../apps/cli/bin/neartime.mjs', import.meta.url));
export const resultsFolder = fileURLToPath(new URL('../results/', import.meta.url));

/** Raw files are kept here from one run of the benchmark to the next. */
export const rawFilesFolder = join(tmpdir(), 'neartime-bench-raw-files');

/** Calls `use` with an empty folder that is gone afterwards. */
export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'neartime-bench-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

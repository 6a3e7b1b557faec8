import { existsSync } from 'node:fs';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { measured, nodeProgram } from './child-run.ts';
import { neartimeBin, rawFilesFolder } from './places.ts';
import { say } from './say.ts';

/** Six sources that write a raw file each in every ten minutes. */
export interface RawFiles {
  readonly tenMinutes: number;
  readonly eventsPerFile: number;
  /** The share of lines that come later than their ten minutes, a few of them by days. */
  readonly late: number;
}

const sources = 6;

/**
 * A folder with these raw files, made when there is none yet. Their lines are tidy: what SQL cannot say as JavaScript
 * does (the last of two keys, letters that grow in lower case, …) would leave nothing to compare.
 */
export async function rawFiles({ tenMinutes, eventsPerFile, late }: RawFiles): Promise<string> {
  const folder = join(rawFilesFolder, `${sources}x${tenMinutes}x${eventsPerFile}-late${late}`);
  if (!existsSync(folder)) {
    say(`writing ${sources * tenMinutes} raw files of ${eventsPerFile} events to ${folder}, to be kept`);
    await rm(`${folder}.part`, { recursive: true, force: true });
    const flags = { out: `${folder}.part`, sources, files: tenMinutes, events: eventsPerFile, late, dirt: 0, seed: 1 };
    const args = Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, String(value)]);
    await measured(nodeProgram(neartimeBin, 'generate', ...args));
    await rename(`${folder}.part`, folder);
  }
  await readOnce(folder);
  return folder;
}

/** So that who comes first does not wait for the disk. */
async function readOnce(folder: string): Promise<void> {
  for (const name of await readdir(folder, { recursive: true })) {
    if (name.endsWith('.gz')) await readFile(join(folder, name));
  }
}

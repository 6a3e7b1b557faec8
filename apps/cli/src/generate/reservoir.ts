import { join } from 'node:path';
import { activeDevices } from './device.ts';
import { fileLines } from './file-lines.ts';
import { writeRawFile } from './gzip-lines.ts';
import { Random } from './random.ts';
import { rawFilePath } from './raw-file-name.ts';
import { sources as firstSources, type Source } from './source.ts';

/** Each source writes a raw file in every ten minutes. */
export const chunkSeconds = 600;

export const reservoirDefaults = {
  sources: 4,
  /** Raw files per source, one in every ten minutes. */
  files: 6,
  /** Lines per raw file. */
  events: 10_000,
  start: new Date('2018-08-01T09:00:00Z'),
  seed: 1,
  /** Shares of the lines that are messy, and of those that come later than the ten minutes before their file's time. */
  dirt: 0.02,
  late: 0.01,
};

export type ReservoirOptions = { readonly out: string } & Partial<Readonly<typeof reservoirDefaults>>;

/** How far the writing is: raw files written of all, and their lines. */
export interface Progress {
  readonly file: number;
  readonly files: number;
  readonly lines: number;
}
export type OnProgress = (progress: Progress) => void;

/**
 * Writes raw files below `out/in`, as the trackers of a marketplace do. The same options give the same bytes, and one
 * more file of each source leaves the others as they are.
 */
export async function generateReservoir(
  options: ReservoirOptions,
  onProgress: OnProgress = () => {},
): Promise<Progress> {
  const settings = { ...reservoirDefaults, ...options };
  const { out, sources, files, events, start, seed } = settings;
  const all = sources * files;
  let written: Progress = { file: 0, files: all, lines: 0 };
  for (const [index, source] of firstSources(sources).entries()) {
    const devices = devicesOf(source, events, seed);
    const second = secondOfChunk(source, index, sources, seed);
    for (let n = 0; n < files; n++) {
      const fileTime = Math.floor(start.getTime() / 1_000) + n * chunkSeconds + second;
      const path = rawFilePath(source.folder, fileTime);
      await writeRawFile(
        join(out, path),
        fileLines({ ...settings, source, devices, fileTime }, new Random(seed, path)),
      );
      written = { file: written.file + 1, files: all, lines: written.lines + events };
      onProgress(written);
    }
  }
  return written;
}

/** The devices of a source, the same in each of its files. */
export const devicesOf = (source: Source, events: number, seed: number) =>
  activeDevices(source, events, new Random(seed, source.folder));

/** When source `index` of `count` writes in a chunk: they follow each other evenly, each at seconds of its own. */
function secondOfChunk(source: Source, index: number, count: number, seed: number): number {
  const place = (index + new Random(seed, `${source.folder} schedule`).fraction()) / count;
  return Math.floor(place * chunkSeconds);
}

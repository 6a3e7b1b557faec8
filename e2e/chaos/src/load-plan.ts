import { readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { parseRawFileName } from '@neartime/ingest';
import { line, rawFilePath, writeRawBytes } from '@neartime/testing';
import { neartime } from './cli.ts';
import { Random } from './random.ts';

const windowSeconds = 600;

export interface LoadOptions {
  readonly seed: number;
  readonly sources: number;
  /** Of each source, one in every ten minutes. */
  readonly files: number;
  /** Lines of a file. */
  readonly events: number;
  /** Over so many seconds the files come. */
  readonly seconds: number;
  /** Whether lines and files come too late for their windows. */
  readonly late: boolean;
}

/** A raw file that comes at a moment, in seconds from the beginning. */
export interface Delivery {
  readonly at: number;
  readonly path: string;
}

export interface LoadPlan {
  /** The end of the last window, epoch seconds. */
  readonly end: number;
  /** Where the files lie, of which a backfill makes what has to come out. */
  readonly reservoir: string;
  /** The sources that have to be heard of before the first window closes, with the time before which they have nothing. */
  readonly begin: { readonly sources: readonly string[]; readonly time: number };
  /** What each source sends, in order. */
  readonly lanes: readonly (readonly Delivery[])[];
}

export const bucket = 'raw';
export const sourceOf = (path: string): string =>
  parseRawFileName(`s3://${bucket}/${path}`)?.source ?? `s3://${bucket}/${path.slice(0, path.lastIndexOf('/') + 1)}`;

/** Makes a reservoir whose last window ends at `end`, and says when each of its files comes. The same for the same options. */
export async function planLoad(reservoir: string, end: number, options: LoadOptions): Promise<LoadPlan> {
  const { seed, seconds, late } = options;
  const time = end - options.files * windowSeconds;
  const flags = {
    ...{ out: reservoir, sources: options.sources, files: options.files, events: options.events, seed },
    ...{ start: isoTime(time), dirt: 0.05, late: late ? 0.01 : 0 },
  };
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const { code, output } = await neartime(['generate', ...args]);
  if (code !== 0) throw new Error(`generate ended with ${code}\n${output}`);
  for (const source of foldersOf(reservoir)) writeSmallFile(reservoir, source, end - 10);
  const good = listed(reservoir);
  const bySource = Map.groupBy(good.toSorted(), sourceOf);
  const random = new Random(seed, 'load');
  const lanes = [...bySource.values()].map((paths, source) => {
    // One source is ahead of the others, and then has nothing to say for a while.
    const share = source === bySource.size - 1 ? 0.65 : 0.95;
    return paths.map((path, n) => ({ path, at: ((n + random.fraction()) / paths.length) * share * seconds }));
  });
  const others = [...brokenFiles(reservoir, good, options), aheadFile(reservoir, end)];
  return {
    ...{ end, reservoir, begin: { sources: [...bySource.keys()], time } },
    lanes: [
      ...lanes.map((lane) => (late ? withLateFiles(lane, random, seconds) : lane)),
      ...others.map((one) => [one]),
    ],
  };
}

/** Two files of a lane come when the windows of others have closed long since. */
function withLateFiles(lane: readonly Delivery[], random: Random, seconds: number): readonly Delivery[] {
  const late = new Set([random.below(lane.length - 2), random.below(lane.length - 2)]);
  return lane
    .map((delivery, n) => (late.has(n) ? { ...delivery, at: random.between(delivery.at, seconds) } : delivery))
    .sort((a, b) => a.at - b.at);
}

/** Files that no part of any window comes from, each in the place of a good one's neighbour. */
function brokenFiles(reservoir: string, good: readonly string[], { seed, seconds }: LoadOptions): Delivery[] {
  const random = new Random(seed, 'broken files');
  const beside = (): string => {
    const { source, fileTime } = parseRawFileName(`s3://${bucket}/${random.pick(good)}`)!;
    // A second that no good file is named after.
    for (let at = fileTime - 1 - random.below(60); ; at--) {
      const path = rawFilePath(source.slice(`s3://${bucket}/`.length, -1), isoTime(at));
      if (!good.includes(path)) return path;
    }
  };
  const whole = gzipSync(Array.from({ length: 100 }, () => `${line()}\n`).join(''));
  const files: [string, Buffer][] = [
    [beside(), Buffer.from('{"event_name": "view_item"}\n')],
    [beside(), whole.subarray(0, -20)],
    [`${random.pick(good).split('/').slice(0, 4).join('/')}/notes.gz`, whole],
  ];
  return files.map(([path, bytes]) => {
    writeRawBytes(reservoir, path, bytes);
    return { path, at: random.between(0.1, 0.8) * seconds };
  });
}

/** A file that comes at once, and is named so far ahead of the clock that it has to wait. */
function aheadFile(reservoir: string, end: number): Delivery {
  return { path: writeSmallFile(reservoir, 'in/realestate/ahead/web', end - 5), at: 0 };
}

/**
 * A file of one line. Each source ends with one that is named after the last seconds of the last window, so that a silence of
 * seconds is enough to close it.
 */
function writeSmallFile(reservoir: string, source: string, at: number): string {
  const path = rawFilePath(source, isoTime(at));
  writeRawBytes(reservoir, path, gzipSync(`${line({ timestamp: at - 1, device_id: source })}\n`));
  return path;
}

/** The folders of sources in a reservoir, `in/horizontals/olx/android`. */
const foldersOf = (reservoir: string): Set<string> =>
  new Set(listed(reservoir).map((path) => path.split('/').slice(0, 4).join('/')));

const listed = (reservoir: string): string[] =>
  readdirSync(reservoir, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.gz'));

export const isoTime = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('.000', '');

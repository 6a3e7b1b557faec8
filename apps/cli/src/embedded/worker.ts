import { type PackedPart, buffersOf } from '@neartime/engines';
import { features } from '@neartime/features';
import { FolderReservoir } from '@neartime/streams/embedded';
import { move, transferableSymbol, valueSymbol } from 'piscina';
import { type EncodedPart, encodePart } from './encode-part.ts';
import { type FileReading, type WantedWindows, readFile } from './read-file.ts';

/*
 * What runs beside the main thread: reading whole files and encoding whole parts. Workers keep nothing between tasks. What
 * crosses the border are names and plain arrays, whose memory moves instead of being copied.
 */

export interface ReadTask {
  readonly root: string;
  readonly path: string;
  readonly size: number;
  readonly fileTime: number;
  readonly features: readonly string[];
  readonly partitions: number;
  readonly wanted: WantedWindows;
  /** Counts the packed KiB read by all workers, for whoever shows progress. */
  readonly readKiB: Int32Array;
}

export interface EncodeTask {
  readonly part: PackedPart;
  readonly feature: string;
}

const featureNamed = (name: string) => features.find((feature) => feature.name === name)!;

export async function read(task: ReadTask): Promise<FileReading> {
  let bytes = 0;
  const reading = await readFile(new FolderReservoir(task.root), { ...task, features: task.features.map(featureNamed) }, (more) => {
    Atomics.add(task.readKiB, 0, Math.floor((bytes + more) / 1024) - Math.floor(bytes / 1024));
    bytes += more;
  });
  return 'broken' in reading ? reading : movable(reading, buffersOf(reading.folded));
}

export async function encode(tasks: readonly EncodeTask[]): Promise<EncodedPart[]> {
  const parts: EncodedPart[] = [];
  for (const { part, feature } of tasks) parts.push(await encodePart(part, featureNamed(feature)));
  const buffers = parts.flatMap(({ rows: { ids, offsets, pair, values }, body }) => [ids, offsets, pair, values, body].map(({ buffer }) => buffer as ArrayBuffer));
  return movable(parts, buffers);
}

/** Marks buffers of a result to be moved to the main thread. */
const movable = <T extends object>(value: T, buffers: ArrayBuffer[]): T =>
  move({ [transferableSymbol]: buffers, [valueSymbol]: value } as never) as T;

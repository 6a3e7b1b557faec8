import { type PackedPart, buffersOf, buffersOfPart, sortRows } from '@neartime/engines';
import { features } from '@neartime/features';
import type { PartRows } from '@neartime/schemas';
import { FolderReservoir } from '@neartime/streams/embedded';
import { move, transferableSymbol, valueSymbol } from 'piscina';
import type { PartObject } from './encode-part.ts';
import { buffersOfRows, giveBack } from './give-back.ts';
import { type FileReading, type WantedWindows, readFile } from './read-file.ts';

/*
 * What runs beside the main thread: reading whole files, sorting and encoding whole parts. Workers keep nothing between tasks.
 * What crosses the border are names and plain arrays, whose memory moves; only rows that are encoded are copied, since the main
 * thread writes them meanwhile.
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

export interface SortTask {
  readonly feature: string;
  readonly parts: readonly PackedPart[];
}

export interface EncodeTask {
  readonly feature: string;
  readonly rows: readonly PartRows[];
}

const featureNamed = (name: string) => features.find((feature) => feature.name === name)!;

export async function read(task: ReadTask): Promise<FileReading> {
  let bytes = 0;
  const reading = await readFile(
    new FolderReservoir(task.root),
    { ...task, features: task.features.map(featureNamed) },
    (more) => {
      Atomics.add(task.readKiB, 0, Math.floor((bytes + more) / 1024) - Math.floor(bytes / 1024));
      bytes += more;
    },
  );
  return 'broken' in reading ? reading : movable(reading, buffersOf(reading.folded));
}

export function sort({ feature, parts }: SortTask): PartRows[] {
  const sorted = parts.map((part) => sortRows(part, featureNamed(feature)));
  giveBack(parts.flatMap(buffersOfPart));
  return movable(sorted, sorted.flatMap(buffersOfRows));
}

export async function encode({ feature, rows }: EncodeTask): Promise<PartObject[]> {
  // Reading does not wait for the encoder to be loaded: it is first needed when most of the work is done.
  const { encodePart } = await import('./encode-part.ts');
  const objects: PartObject[] = [];
  for (const part of rows) objects.push(await encodePart(part, featureNamed(feature)));
  giveBack(rows.flatMap(buffersOfRows));
  return movable(
    objects,
    objects.map(({ body }) => body.buffer),
  );
}

/** Marks buffers of a result to be moved to the main thread. */
const movable = <T extends object>(value: T, buffers: ArrayBuffer[]): T =>
  move({ [transferableSymbol]: buffers, [valueSymbol]: value } as never) as T;

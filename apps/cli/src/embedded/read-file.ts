import { createHash } from 'node:crypto';
import { EventFold, type Feature, type FoldedEvents } from '@neartime/engines';
import { type BrokenFile, type LineCounts, RejectedLines, hashOf, readRawFile } from '@neartime/ingest';
import { eventSchema, maxWindowsPerFile } from '@neartime/schemas';
import type { RejectedRun, Reservoir } from '@neartime/streams';

/** Which windows of a file are folded: those in [from, to), or those listed. Lines of all windows are counted. */
export type WantedWindows = { readonly from: number; readonly to: number } | { readonly only: readonly number[] };

export interface ReadFileJob {
  readonly path: string;
  readonly size: number;
  readonly fileTime: number;
  readonly features: readonly Feature[];
  readonly partitions: number;
  readonly wanted: WantedWindows;
}

/** A file read to its end, or why it could not be: then nothing of it counts. */
export type FileReading =
  | {
      readonly fileId: string;
      readonly contentHash: string;
      readonly counts: LineCounts;
      readonly folded: FoldedEvents;
      readonly rejectedRuns: readonly RejectedRun[];
    }
  | BrokenFile;

/** Reads one raw file to its end and folds its events. `onBytes` hears of the packed bytes as they come. */
export async function readFile(
  reservoir: Reservoir,
  job: ReadFileJob,
  onBytes: (bytes: number) => void,
): Promise<FileReading> {
  const rejected = new RejectedLines();
  const fold = new EventFold({
    schema: eventSchema,
    features: job.features,
    partitions: job.partitions,
    maxWindows: maxWindowsPerFile,
    isWanted: isWanted(job.wanted),
  });
  const read = await readRawFile(reservoir.open(job.path), {
    schema: eventSchema,
    fileTime: job.fileTime,
    sink: { add: (event) => fold.add(event), rejected: (reason, line, bytes) => rejected.add(reason, line, bytes) },
    onBytes,
  });
  if ('broken' in read) return read;
  const { size, contentHash, counts } = read;
  const fileId = createHash('sha256').update(`${job.path}\n${size}\n${contentHash}`).digest('hex').slice(0, 32);
  return { fileId, contentHash, counts, folded: fold.finish(), rejectedRuns: rejected.runs() };
}

/** The hash of a file's packed bytes, as `readFile` gives it. */
export const hashFile = (reservoir: Reservoir, path: string): Promise<string> => hashOf(reservoir.open(path));

function isWanted(wanted: WantedWindows): (window: number) => boolean {
  if ('only' in wanted) {
    const listed = new Set(wanted.only);
    return (window) => listed.has(window);
  }
  return (window) => window >= wanted.from && window < wanted.to;
}

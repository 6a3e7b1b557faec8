import { createHash } from 'node:crypto';
import { EventFold, type Feature, type FoldedEvents } from '@neartime/engines';
import { type ByteRoom, type LineCounts, LineReader, gunzip } from '@neartime/ingest';
import { eventSchema, maxWindowsPerFile } from '@neartime/schemas';
import type { QuarantineReason, RejectedRun, Reservoir } from '@neartime/streams';
import { RejectedLines } from './rejected-lines.ts';

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
  | { readonly broken: QuarantineReason; readonly detail: string };

/** Reads one raw file to its end: unpack, split, parse, clean, validate, fold. `onBytes` hears of the packed bytes as they come. */
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
  const reader = new LineReader({
    schema: eventSchema,
    fileTime: job.fileTime,
    sink: { add: (event) => fold.add(event), rejected: (reason, line, bytes) => rejected.add(reason, line, bytes) },
  });
  const packed = new PackedBytes(onBytes);
  try {
    await unpack(reservoir.open(job.path), packed, reader);
  } catch (error) {
    return broken(error as NodeJS.ErrnoException, packed.size);
  }
  // After zero padding zlib stops reading; what follows it would be lost without a word.
  if (packed.unread > packed.zerosAtEnd)
    return { broken: 'corrupt', detail: 'there is something behind the end of the gzip data' };
  const counts = reader.end();
  const contentHash = packed.hash();
  const fileId = createHash('sha256').update(`${job.path}\n${packed.size}\n${contentHash}`).digest('hex').slice(0, 32);
  return { fileId, contentHash, counts, folded: fold.finish(), rejectedRuns: rejected.runs() };
}

/** What is to be known of a file's packed bytes as they come. */
class PackedBytes {
  size = 0;
  zerosAtEnd = 0;
  /** Bytes that the unpacker left unread, since the data ended before them. */
  unread = 0;
  readonly #hash = createHash('sha256');
  readonly #onBytes: (bytes: number) => void;

  constructor(onBytes: (bytes: number) => void) {
    this.#onBytes = onBytes;
  }

  add(chunk: Uint8Array): void {
    this.#hash.update(chunk);
    this.size += chunk.length;
    const zeros = chunk.length - 1 - chunk.findLastIndex((byte) => byte !== 0);
    this.zerosAtEnd = zeros === chunk.length ? this.zerosAtEnd + zeros : zeros;
    this.#onBytes(chunk.length);
  }

  hash(): string {
    return this.#hash.digest('hex').slice(0, 32);
  }
}

/** Unpacks all gzip members of a stream. Reads to its end even where the data ends before, for the hash. */
async function unpack(source: AsyncIterable<Uint8Array>, packed: PackedBytes, target: ByteRoom): Promise<void> {
  using unpacker = gunzip(target);
  for await (const piece of source) {
    packed.add(piece);
    // zlib takes all that it is given, unless the data ended.
    if (packed.unread === 0) packed.unread = piece.length - unpacker.push(piece);
    else packed.unread += piece.length;
  }
  if (packed.unread === 0) unpacker.end();
}

/** The hash of a file's packed bytes, as `readFile` gives it. */
export async function hashFile(reservoir: Reservoir, path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of reservoir.open(path)) hash.update(piece);
  return hash.digest('hex').slice(0, 32);
}

function isWanted(wanted: WantedWindows): (window: number) => boolean {
  if ('only' in wanted) {
    const listed = new Set(wanted.only);
    return (window) => listed.has(window);
  }
  return (window) => window >= wanted.from && window < wanted.to;
}

function broken(error: NodeJS.ErrnoException, packed: number): FileReading {
  if (error.code === 'Z_BUF_ERROR')
    return { broken: 'truncated', detail: `the gzip data ends after ${packed} bytes, before its end` };
  if (error.code === 'Z_DATA_ERROR' && /header/.test(error.message))
    return { broken: 'not_gzip', detail: error.message };
  if (error.code?.startsWith('Z_')) return { broken: 'corrupt', detail: error.message };
  if (error.syscall) return { broken: 'unreadable', detail: `${error.syscall}: ${error.code}` };
  throw error;
}

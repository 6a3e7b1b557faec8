import { createHash } from 'node:crypto';
import type { EventSchema, QuarantineReason } from '@neartime/schemas';
import { type ByteRoom, gunzip } from './gunzip.ts';
import { type LineCounts, LineReader } from './line-reader.ts';
import type { LineSink } from './line-sink.ts';

/** Why a file is broken, by itself or for whoever reads it: nothing of it counts. */
export interface BrokenFile {
  readonly broken: QuarantineReason;
  readonly detail: string;
}

/** The packed bytes of a whole file. */
export interface PackedFile {
  readonly size: number;
  /** 32 hex digits of the SHA-256 of the packed bytes. */
  readonly contentHash: string;
}

export interface RawFileOptions {
  readonly schema: EventSchema;
  /** Epoch seconds, see parseRawFileName. */
  readonly fileTime: number;
  readonly sink: LineSink;
  /** Hears of the packed bytes as they come. */
  readonly onBytes?: (bytes: number) => void;
}

/**
 * Reads one raw file to its end: unpack, split, parse, clean, validate. What the sink got counts only when the file proves to be
 * whole. Throws what the source of the pieces throws, unless that is a refusal of the operating system.
 */
export async function readRawFile(
  pieces: AsyncIterable<Uint8Array>,
  { schema, fileTime, sink, onBytes }: RawFileOptions,
): Promise<(PackedFile & { readonly counts: LineCounts }) | BrokenFile> {
  const reader = new LineReader({ schema, fileTime, sink });
  const packed = await unpackWhole(pieces, reader, onBytes);
  return 'broken' in packed ? packed : { ...packed, counts: reader.end() };
}

/** Reads a raw file to its end, only to know that it is whole. */
export async function checkRawFile(pieces: AsyncIterable<Uint8Array>): Promise<PackedFile | BrokenFile> {
  const room = new Uint8Array(256 * 1024);
  return unpackWhole(pieces, { room: () => room, filled: () => undefined });
}

/** Passes pieces on until the signal is given: then it throws the signal's reason, and the file is left where it is. */
export async function* untilAborted(signal: AbortSignal, pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  for await (const piece of pieces) {
    signal.throwIfAborted();
    yield piece;
  }
}

/** The hash of a file's packed bytes, as `readRawFile` gives it. */
export async function hashOf(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of pieces) hash.update(piece);
  return hash.digest('hex').slice(0, 32);
}

async function unpackWhole(
  pieces: AsyncIterable<Uint8Array>,
  target: ByteRoom,
  onBytes: (bytes: number) => void = () => undefined,
): Promise<PackedFile | BrokenFile> {
  const packed = new PackedBytes(onBytes);
  try {
    await unpack(pieces, packed, target);
  } catch (error) {
    return broken(error as NodeJS.ErrnoException, packed.size);
  }
  // After zero padding zlib stops reading; what follows it would be lost without a word.
  if (packed.unread > packed.zerosAtEnd)
    return { broken: 'corrupt', detail: 'there is something behind the end of the gzip data' };
  return { size: packed.size, contentHash: packed.hash() };
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

function broken(error: NodeJS.ErrnoException, packed: number): BrokenFile {
  if (error.code === 'Z_BUF_ERROR')
    return { broken: 'truncated', detail: `the gzip data ends after ${packed} bytes, before its end` };
  if (error.code === 'Z_DATA_ERROR' && /header/.test(error.message))
    return { broken: 'not_gzip', detail: error.message };
  // The reason of a signal has a number for a code.
  if (typeof error.code === 'string' && error.code.startsWith('Z_'))
    return { broken: 'corrupt', detail: error.message };
  if (error.syscall) return { broken: 'unreadable', detail: `${error.syscall}: ${error.code}` };
  throw error;
}

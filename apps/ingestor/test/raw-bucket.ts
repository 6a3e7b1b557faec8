import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { FileRefused, type ListedFile, type Reservoir } from '@neartime/streams';

/** Raw files in memory that a test puts, replaces, takes away and forbids. */
export class RawBucket implements Reservoir {
  readonly #files = new Map<string, { bytes: Uint8Array; version: string }>();
  readonly forbidden = new Set<string>();
  /** How often each file was opened. */
  readonly opened: string[] = [];
  /** Is called before each piece, for what happens while a file is read. */
  onPiece: (path: string) => void = () => undefined;

  put(path: string, lines: readonly string[], version?: string): void {
    this.putBytes(path, gzipSync(lines.map((line) => `${line}\n`).join('')), version);
  }

  putBytes(path: string, bytes: Uint8Array, version = createHash('md5').update(bytes).digest('hex')): void {
    this.#files.set(path, { bytes, version });
  }

  remove(path: string): void {
    this.#files.delete(path);
  }

  async *list(): AsyncIterable<ListedFile> {
    for (const path of this.#files.keys()) yield await this.stat(path);
  }

  async stat(path: string): Promise<ListedFile> {
    const { bytes, version } = this.#find(path);
    return { path, size: bytes.length, version };
  }

  async *open(path: string, version?: string): AsyncIterable<Uint8Array> {
    this.opened.push(path);
    const file = this.#find(path);
    if (version !== undefined && version !== file.version) throw new FileRefused(path, 'changed');
    for (let at = 0; at < file.bytes.length; at += 1000) {
      this.onPiece(path);
      yield file.bytes.subarray(at, at + 1000);
    }
  }

  #find(path: string) {
    if (this.forbidden.has(path)) throw new FileRefused(path, 'forbidden');
    const file = this.#files.get(path);
    if (!file) throw new FileRefused(path, 'missing');
    return file;
  }
}

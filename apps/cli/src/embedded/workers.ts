import { availableParallelism } from 'node:os';
import { type PackedPart, buffersOfPart } from '@neartime/engines';
import pLimit from 'p-limit';
import { Piscina } from 'piscina';
import type { PartRows } from '@neartime/schemas';
import type { PartObject } from './encode-part.ts';
import type { FileReading } from './read-file.ts';
import { inShares } from './together.ts';
import type { EncodeTask, ReadTask, SortTask } from './worker.ts';

/** The threads that read files, sort and encode parts; they keep nothing between two tasks. */
export class Workers implements AsyncDisposable {
  readonly threads = availableParallelism();
  readonly #readKiB = new Int32Array(new SharedArrayBuffer(4));
  /** While parts are encoded the main thread writes: a core is left to it. */
  readonly #encoders = Math.max(1, this.threads - 1);
  readonly #encoding = pLimit(this.#encoders);
  readonly #pool: Piscina;

  constructor() {
    this.#pool = new Piscina({
      filename: new URL('./worker-start.mjs', import.meta.url).href,
      minThreads: this.threads,
      maxThreads: this.threads,
      // Else a task that finds no thread free goes behind all others: what is to be written first would be encoded last.
      stricterFIFO: true,
      // Workers wait for streams: they must keep their event loop.
      atomics: 'disabled',
    });
  }

  /** Packed bytes read so far, by all threads. */
  get readBytes(): number {
    return (Atomics.load(this.#readKiB, 0) >>> 0) * 1024;
  }

  read(task: Omit<ReadTask, 'readKiB'>): Promise<FileReading> {
    return this.#pool.run({ ...task, readKiB: this.#readKiB }, { name: 'read' });
  }

  /** Sorts the rows of some parts of a feature; their memory moves to the threads and back. */
  sort(feature: string, parts: readonly PackedPart[]): Promise<PartRows[]> {
    return inShares(parts, this.threads, (share) => {
      const task: SortTask = { feature, parts: share };
      return this.#pool.run(task, { name: 'sort', transferList: share.flatMap(buffersOfPart) });
    });
  }

  /** Makes the objects of some parts of a feature; the rows stay with the caller. */
  encode(feature: string, rows: readonly PartRows[]): Promise<PartObject[]> {
    return inShares(rows, this.#encoders, (share) => {
      const task: EncodeTask = { feature, rows: share };
      return this.#encoding(() => this.#pool.run(task, { name: 'encode' }));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.destroy();
  }
}

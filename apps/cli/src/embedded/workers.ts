import { availableParallelism } from 'node:os';
import { buffersOfPart } from '@neartime/engines';
import { Piscina } from 'piscina';
import type { EncodedPart } from './encode-part.ts';
import type { FileReading } from './read-file.ts';
import type { EncodeTask, ReadTask } from './worker.ts';

/** The threads that read files and encode parts; they keep nothing between two tasks. */
export class Workers implements AsyncDisposable {
  readonly threads = availableParallelism();
  readonly #readKiB = new Int32Array(new SharedArrayBuffer(4));
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

  /** Sorts and encodes parts, one after the other; their memory moves to the worker. */
  encode(parts: readonly EncodeTask[]): Promise<EncodedPart[]> {
    return this.#pool.run(parts, { name: 'encode', transferList: parts.flatMap(({ part }) => buffersOfPart(part)) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.destroy();
  }
}

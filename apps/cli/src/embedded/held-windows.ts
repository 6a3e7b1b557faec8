import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { type OpenWindow, type TakenRows, buffersOfKeys } from '@neartime/engines';
import { systemFailure } from '../failure.ts';
import { giveBack, ownBuffer } from './give-back.ts';

/**
 * Rows of windows that are over and only wait for late lines, in a folder of the store: memory does not grow with the time
 * for which windows are held. The folder goes with the run, and with it what a killed one has left.
 */
export class HeldWindows implements AsyncDisposable {
  readonly #folder: string;
  /** By window, the files of its parts. */
  readonly #paths = new Map<OpenWindow, string[]>();

  constructor(store: string) {
    this.#folder = join(store, '.held');
  }

  has(window: OpenWindow): boolean {
    return this.#paths.has(window);
  }

  /** Lays the rows of a window aside; those that come from now on stay in memory. */
  async put(window: OpenWindow): Promise<void> {
    const paths: string[] = [];
    this.#paths.set(window, paths);
    for (const [i, part] of window.takeOut().entries()) {
      const path = join(this.#folder, `${window.start}-${i}`);
      const bytes = serialize(part);
      giveBack(buffersOfKeys(part.keys));
      await this.#write(path, bytes);
      giveBack(ownBuffer(bytes));
      paths.push(path);
    }
  }

  /** Gives a window its rows back, where they were laid aside. */
  async bringBack(window: OpenWindow): Promise<void> {
    for (const path of this.#paths.get(window) ?? []) {
      const bytes = await this.#read(path);
      const part = deserialize(bytes) as TakenRows;
      window.putBack(part);
      // Keys and numbers were copied; any other state may go on lying in these bytes.
      if (part.states instanceof Float64Array) giveBack(ownBuffer(bytes));
    }
    this.#paths.delete(window);
  }

  async #write(path: string, bytes: Buffer): Promise<void> {
    try {
      await mkdir(this.#folder, { recursive: true });
      await writeFile(path, bytes);
    } catch (cause) {
      throw systemFailure(`cannot write ${path}`, cause);
    }
  }

  async #read(path: string): Promise<Buffer> {
    try {
      const bytes = await readFile(path);
      await rm(path);
      return bytes;
    } catch (cause) {
      throw systemFailure(`cannot read ${path}`, cause);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // What cannot be removed goes with the next run; saying so would hide why this one failed.
    await rm(this.#folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

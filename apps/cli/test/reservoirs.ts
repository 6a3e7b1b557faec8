import { cpSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryFolder, treeHash } from '@neartime/testing';
import { generateReservoir } from '../src/generate/index.ts';

/** Small and messy: a fifth of the lines are untidy or bad, a tenth comes late. */
const messy = { sources: 3, files: 4, events: 150, dirt: 0.2, late: 0.1 };

/** A folder to work in, with a reservoir (`in`) and a place for a store (`out`); other places by name. */
export class Workplace implements Disposable {
  readonly #folder = temporaryFolder();
  readonly in = this.place('reservoir');
  readonly out = this.place('store');

  static async messy(seed: number, options: Partial<typeof messy> = {}): Promise<Workplace> {
    const workplace = new Workplace();
    await generateReservoir({ ...messy, ...options, seed, out: workplace.in });
    return workplace;
  }

  place(name: string): string {
    return join(this.#folder.path, name);
  }

  /** The raw files, by their path below the reservoir, in the order of the paths. */
  files(): string[] {
    return Object.keys(treeHash(this.in));
  }

  [Symbol.dispose](): void {
    this.#folder.remove();
  }
}

/** Copies raw files to another reservoir, with their times. */
export function copyFiles(from: string, to: string, paths: readonly string[]): void {
  for (const path of paths) {
    mkdirSync(dirname(join(to, path)), { recursive: true });
    cpSync(join(from, path), join(to, path), { preserveTimestamps: true });
  }
}

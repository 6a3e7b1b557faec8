interface SeenFile {
  line: number;
  /** Start of the newest window that it touched. */
  newestWindow: number;
}

/**
 * Which lines of which files have come. Whoever sends a file, again after a crash or twice at once, sends a beginning of its lines
 * in order; so a line that is not above the last one of its file has been here.
 */
export class SeenLines {
  readonly #files = new Map<string, SeenFile>();
  /** The file of the line before: mostly that of the next one. */
  #last: SeenFile | undefined;
  #lastName = '';

  /** Whether the line has not come before; from then on it has. */
  isNew(file: string, line: number, window: number): boolean {
    const seen = this.#last && this.#lastName === file ? this.#last : this.#files.get(file);
    this.#lastName = file;
    if (!seen) {
      this.#files.set(file, (this.#last = { line, newestWindow: window }));
      return true;
    }
    this.#last = seen;
    if (line <= seen.line) return false;
    seen.line = line;
    if (window > seen.newestWindow) seen.newestWindow = window;
    return true;
  }

  /** Forgets the files that touched no window from this one on: whatever comes of them later is late. */
  forgetBefore(window: number): void {
    this.#last = undefined;
    for (const [file, { newestWindow }] of this.#files) if (newestWindow < window) this.#files.delete(file);
  }

  get size(): number {
    return this.#files.size;
  }
}

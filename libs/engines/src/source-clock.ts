/** Elapsed time that counts over a takeover, at most, in seconds: who was away longer knows no more than this. */
const takeoverMax = 600;

interface SourceTime {
  lastFileTime: number;
  /** Elapsed seconds when the last file was done. */
  doneAt: number;
}

/**
 * Moves a silent source on, so that windows close when it goes quiet. Time is elapsed time that the caller hands in; nothing
 * here reads a clock.
 */
export class SourceClock {
  readonly #idleAfter: number;
  readonly #sources = new Map<string, SourceTime>();

  constructor(idleAfter: number) {
    this.#idleAfter = idleAfter;
  }

  /** A file of the source is done. One that is not newer than those before says nothing of how far the source is. */
  fileDone(source: string, fileTime: number, elapsed: number): void {
    const last = this.#sources.get(source)?.lastFileTime ?? -Infinity;
    if (fileTime > last) this.#sources.set(source, { lastFileTime: fileTime, doneAt: elapsed });
  }

  /** What is known of a source from before a takeover: complete up to a time, said so many seconds ago. */
  resume(source: string, completeUpTo: number, secondsAgo: number, elapsed: number): void {
    const away = Math.min(Math.max(0, secondsAgo), takeoverMax);
    this.#sources.set(source, { lastFileTime: completeUpTo, doneAt: elapsed - away });
  }

  /** Up to when the source is complete: its last file's time, and once it is silent for longer than `idleAfter`, the time since that. */
  completeUpTo(source: string, elapsed: number): number {
    const time = this.#sources.get(source);
    return time ? time.lastFileTime + Math.max(0, elapsed - time.doneAt - this.#idleAfter) : -Infinity;
  }

  sources(): string[] {
    return [...this.#sources.keys()];
  }
}

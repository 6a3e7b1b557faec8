/** Something that flows through a line and can be broken off. */
interface Flow {
  destroy(): void;
}

/** What the way to one server is like just now, for all connections that lead there. */
export class Line {
  /** Milliseconds by which a piece from a client arrives later: a call takes so much longer, and others beside it no longer than it. */
  delayMs = 0;
  readonly #flows = new Set<Flow>();
  #open = Promise.resolve();
  #resume: (() => void) | undefined;

  /** Settled while pieces may pass. */
  get open(): Promise<void> {
    return this.#open;
  }

  /** Nothing flows any more, in neither direction; connections stand, and new ones are taken. */
  pause(): void {
    if (this.#resume) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#open = promise;
    this.#resume = resolve;
  }

  resume(): void {
    this.#resume?.();
    this.#resume = undefined;
  }

  /** Breaks off every connection. */
  cut(): void {
    for (const flow of this.#flows) flow.destroy();
  }

  add(flow: Flow): void {
    this.#flows.add(flow);
  }

  remove(flow: Flow): void {
    this.#flows.delete(flow);
  }
}

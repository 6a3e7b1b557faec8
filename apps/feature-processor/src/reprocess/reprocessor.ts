import type { Feature } from '@neartime/engines';
import type { Catalogue, Clock, Leases } from '@neartime/streams';
import type { WindowPublisher } from '../window-publisher.ts';
import { type DueWindow, dueWindows } from './due-windows.ts';
import { type ReadWindowsOptions, readWindows } from './read-windows.ts';

/** What reprocessing says of its work, for logs and metrics. */
export interface ReprocessListener {
  reprocessed(feature: string, window: number, revision: number, rows: number): void;
  incomplete(feature: string, window: number, why: string): void;
}

export interface ReprocessorOptions extends ReadWindowsOptions {
  readonly features: readonly Feature[];
  readonly catalogue: Catalogue;
  readonly leases: Leases;
  readonly publisher: WindowPublisher;
  readonly clock: Clock;
  /** A text of this process alone. */
  readonly owner: string;
  readonly listener: ReprocessListener;
}

/** Seconds for which a window is claimed: as long as its rows may take to be written. */
const leaseSeconds = 600;
/** So many windows of a feature are computed together, which bounds the rows in memory. */
const windowsAtOnce = 12;

/**
 * Computes windows that are due from raw files, with the code that the stream runs, and publishes each whole, as a revision that
 * its claim gave. A claim is kept until it ends by itself: until then its rows have been written, or the window is due again.
 */
export class Reprocessor {
  readonly #options: ReprocessorOptions;
  /** By feature: windows that need nothing more, so that they are not asked for at every turn. */
  readonly #done = new Map<string, Set<number>>();
  /** Until when this process has claims: taking one again would be another claim. */
  readonly #claimedUntil = new Map<string, number>();

  constructor(options: ReprocessorOptions) {
    this.#options = options;
  }

  /** Takes what is due now. Ends early, in the middle of a file, when it is told to. */
  async turn(signal: AbortSignal): Promise<void> {
    const { features, catalogue, partitions } = this.#options;
    for (const feature of features) {
      const due = await dueWindows(catalogue, feature, partitions, this.#doneOf(feature));
      for (let from = 0; from < due.length && !signal.aborted; from += windowsAtOnce)
        await this.#take(feature, due.slice(from, from + windowsAtOnce), signal);
    }
  }

  async #take(feature: Feature, due: readonly DueWindow[], signal: AbortSignal): Promise<void> {
    const { listener } = this.#options;
    const claimed = await this.#claim(due);
    if (claimed.size === 0) return;
    const { whole, incomplete } = await readWindows(feature, [...claimed.keys()], this.#options, signal);
    for (const [window, why] of incomplete) listener.incomplete(feature.name, window, why);
    for (const window of whole) {
      const revision = claimed.get(window.start)!;
      if (!(await this.#isMine(feature, window.start))) continue;
      let rows = 0;
      for (let partition = 0; partition < this.#options.partitions; partition++)
        rows += (await this.#options.publisher.whole(window, feature, partition, revision)).rows;
      listener.reprocessed(feature.name, window.start, revision, rows);
    }
  }

  #doneOf({ name }: Feature): Set<number> {
    let done = this.#done.get(name);
    if (!done) this.#done.set(name, (done = new Set()));
    return done;
  }

  /** The windows that nobody else is at, each with the revision that is this claim's alone. */
  async #claim(due: readonly DueWindow[]): Promise<Map<number, number>> {
    const claimed = new Map<number, number>();
    for (const { feature, window } of due) {
      const claim = this.#leaseOf(feature, window);
      if ((this.#claimedUntil.get(claim.name) ?? -Infinity) > claim.now) continue;
      const lease = await this.#options.leases.take(claim);
      if (!lease) continue;
      claimed.set(window, lease.turn);
      this.#claimedUntil.set(claim.name, claim.until);
    }
    return claimed;
  }

  #isMine(feature: Feature, window: number): Promise<boolean> {
    return this.#options.leases.renew(this.#leaseOf(feature, window));
  }

  #leaseOf({ name }: Feature, window: number) {
    const { owner, clock } = this.#options;
    const now = clock.now();
    return { name: `window/${name}/${window}`, owner, now, until: now + leaseSeconds };
  }
}

import { type CheckDetails, reasonOf } from '@neartime/service';
import type { Clock } from '@neartime/streams';
import type { Forwarder, ForwarderListener, LeftBecause } from '../forwarder.ts';
import { HeldLease, type LeaseOptions } from '../held-lease.ts';
import { ended, paused } from '../pause.ts';
import { NewFiles, type NewFilesOptions } from './new-files.ts';
import { dayOf } from './recent-files.ts';

export interface ListingOptions extends NewFilesOptions, LeaseOptions {
  readonly clock: Clock;
  readonly listEveryMs: number;
  /** Seconds after its file time within which a file may land and is found, whatever happens. */
  readonly lookBack: number;
  readonly listener: ForwarderListener;
}

/**
 * Notifies the files that appear below a prefix of a bucket, one instance at a time by a lease. The lease's note is the time up
 * to which everything that stood has been notified: when the last round that was finished began. A round lists the day folders
 * from `lookBack` before that time on. So a file that lands at most `lookBack` after its file time is found, in whatever order
 * files land, and also when nobody had listed for a month; and what the next round needs to know is one time, however many
 * sources there are. The very first round looks back from its own beginning.
 */
export class Listing implements Forwarder {
  readonly #options: ListingOptions;
  readonly #name: string;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  #held: HeldLease | undefined;
  #trouble: string | undefined;

  constructor(options: ListingOptions) {
    this.#options = options;
    this.#name = `listing/${options.bucket}/${options.prefix}`;
    this.#running = this.#run();
  }

  state(): CheckDetails {
    const { bucket, prefix } = this.#options;
    const what = this.#held ? 'lists' : 'another lists';
    return { [`listing s3://${bucket}/${prefix}`]: this.#trouble ?? what };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await ended(this.#running);
    await this.#held?.[Symbol.asyncDispose]();
  }

  async #run(): Promise<void> {
    const { renewEveryMs } = this.#options;
    do {
      const lease = await HeldLease.take(this.#name, this.#options).catch((error: unknown) => this.#report(error));
      if (lease) await this.#hold(lease);
    } while (await paused(renewEveryMs, this.#stop.signal));
  }

  async #hold(held: HeldLease): Promise<void> {
    const { listEveryMs, listener } = this.#options;
    const over = AbortSignal.any([this.#stop.signal, held.signal]);
    const files = new NewFiles(this.#options);
    listener.taken(held.name);
    this.#held = held;
    do {
      await this.#round(files, held, over).then(
        () => (this.#trouble = undefined),
        (error: unknown) => over.aborted || this.#report(error),
      );
    } while (await paused(listEveryMs, over));
    this.#held = undefined;
    await held[Symbol.asyncDispose]();
    if (held.signal.aborted) listener.left(held.name, lost);
  }

  async #round(files: NewFiles, lease: HeldLease, over: AbortSignal): Promise<void> {
    const { clock, lookBack, listener } = this.#options;
    over.throwIfAborted();
    const begun = clock.now();
    const found = await files.notify(dayOf(listedUpTo(lease, begun) - lookBack), over);
    if (found.files > 0) listener.listed(lease.name, found);
    await lease.leave(new Date(begun * 1000).toISOString());
  }

  #report(error: unknown): undefined {
    this.#trouble = reasonOf(error);
    this.#options.listener.trouble(this.#name, error);
  }
}

const lost: LeftBecause = 'it was lost to another instance';

/** What the note says, unless that lies ahead, as where clocks were set back. */
function listedUpTo({ note }: HeldLease, now: number): number {
  const time = note === undefined ? NaN : Date.parse(note) / 1000;
  return Number.isNaN(time) ? now : Math.min(time, now);
}

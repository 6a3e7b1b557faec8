import type { Clock, Leases } from '@neartime/streams';
import { paused } from './pause.ts';

export interface LeaseOptions {
  readonly leases: Leases;
  /** A text of this process alone. */
  readonly owner: string;
  readonly clock: Clock;
  /** For how long a lease is taken and renewed: so long after a holder's death others take over. */
  readonly seconds: number;
  /** Real milliseconds between two renewals. */
  readonly renewEveryMs: number;
}

/**
 * A lease that is held: it is renewed by itself until it is given back, and `signal` is aborted when it is lost. Who holds
 * one that is lost may not know it yet and go on for a moment; nobody is hurt, since notices may come twice, and a note is only
 * left by who holds the lease.
 */
export class HeldLease implements AsyncDisposable {
  readonly name: string;
  readonly #options: LeaseOptions;
  readonly #lost = new AbortController();
  readonly #over = new AbortController();
  #note: string | undefined;
  #heldSince: number;

  private constructor(name: string, note: string | undefined, heldSince: number, options: LeaseOptions) {
    this.name = name;
    this.#note = note;
    this.#heldSince = heldSince;
    this.#options = options;
    void this.#goOnRenewing();
  }

  /** Takes a lease; `undefined` while another holds it. */
  static async take(name: string, options: LeaseOptions): Promise<HeldLease | undefined> {
    const askedAt = options.clock.elapsed();
    const lease = await options.leases.take(claimOf(name, options));
    return lease && new HeldLease(name, lease.note, askedAt, options);
  }

  /** What was left last, by this holder or one before. */
  get note(): string | undefined {
    return this.#note;
  }

  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  /** Leaves a note. Throws when the lease is lost. */
  async leave(note: string): Promise<void> {
    await this.#renew(note);
    this.signal.throwIfAborted();
    this.#note = note;
  }

  /** Gives it back, so that another need not wait. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#over.signal.aborted) return;
    this.#over.abort();
    const { leases, owner } = this.#options;
    // What cannot be given back runs out by itself.
    if (!this.signal.aborted) await leases.end({ name: this.name, owner }).catch(() => undefined);
  }

  async #goOnRenewing(): Promise<void> {
    const { renewEveryMs, clock, seconds } = this.#options;
    while (await paused(renewEveryMs, this.#over.signal))
      await this.#renew().catch(() => {
        if (clock.elapsed() - this.#heldSince >= seconds) this.#lose();
      });
  }

  async #renew(note?: string): Promise<void> {
    const { leases, clock } = this.#options;
    const askedAt = clock.elapsed();
    if (await leases.renew(claimOf(this.name, this.#options), note)) this.#heldSince = askedAt;
    else if (!this.#over.signal.aborted) this.#lose();
  }

  #lose(): void {
    this.#over.abort();
    this.#lost.abort(new LeaseLost(this.name));
  }
}

/** Another has the lease by now, or may have it. */
export class LeaseLost extends Error {
  constructor(lease: string) {
    super(`lease ${lease}: it is another's by now`);
    this.name = 'LeaseLost';
  }
}

function claimOf(name: string, { owner, clock, seconds }: LeaseOptions) {
  const now = clock.now();
  return { name, owner, now, until: now + seconds };
}

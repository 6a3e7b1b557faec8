import type { Clock, LeaseClaim, Leases } from '@neartime/streams';

/** Seconds for which a window is claimed: as long as its rows may take to be written. */
const leaseSeconds = 600;

export interface ClaimsOptions {
  readonly leases: Leases;
  readonly clock: Clock;
  /** A text of this process alone. */
  readonly owner: string;
}

/** The leases on windows that this process has. A claim gives the revision that is this claim's alone. */
export class Claims {
  readonly #options: ClaimsOptions;
  /** By name, until when: taking one again would be another claim. */
  readonly #until = new Map<string, number>();

  constructor(options: ClaimsOptions) {
    this.#options = options;
  }

  /** The revision; `undefined` when somebody has the window, this process included. */
  async take(feature: string, window: number): Promise<number | undefined> {
    const claim = this.#claim(feature, window);
    for (const [name, until] of this.#until) if (until <= claim.now) this.#until.delete(name);
    if (this.#until.has(claim.name)) return undefined;
    const lease = await this.#options.leases.take(claim);
    if (lease) this.#until.set(claim.name, claim.until);
    return lease?.turn;
  }

  /** Holds a claim on; false when another has the window by now. */
  async hold(feature: string, window: number): Promise<boolean> {
    const claim = this.#claim(feature, window);
    const isMine = await this.#options.leases.renew(claim);
    if (isMine) this.#until.set(claim.name, claim.until);
    else this.#until.delete(claim.name);
    return isMine;
  }

  /** Gives a window back of which nothing was published: it is due for others at once. */
  async release(feature: string, window: number): Promise<void> {
    const { name, owner } = this.#claim(feature, window);
    await this.#options.leases.end({ name, owner });
    this.#until.delete(name);
  }

  #claim(feature: string, window: number): LeaseClaim {
    const { owner, clock } = this.#options;
    const now = clock.now();
    return { name: `window/${feature}/${window}`, owner, now, until: now + leaseSeconds };
  }
}

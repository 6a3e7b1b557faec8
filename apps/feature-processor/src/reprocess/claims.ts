import { type Clock, type LeaseClaim, type Leases, repeatedly } from '@neartime/streams';

/** Seconds for which a window is claimed while it is computed; held on until it is, so that a dead holder blocks nobody for long. */
const computing = 60;
const holdEverySeconds = 20;

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
    const claim = this.#claim(feature, window, computing);
    for (const [name, until] of this.#until) if (until <= claim.now) this.#until.delete(name);
    if (this.#until.has(claim.name)) return undefined;
    const lease = await this.#options.leases.take(claim);
    if (lease) this.#until.set(claim.name, claim.until);
    return lease?.turn;
  }

  has(feature: string, window: number): boolean {
    const { name, now } = this.#claim(feature, window, 0);
    return (this.#until.get(name) ?? -Infinity) > now;
  }

  /** Holds a claim on; false when another has the window by now. */
  async hold(feature: string, window: number): Promise<boolean> {
    return this.#renew(this.#claim(feature, window, computing));
  }

  /** Holds a claim for so many seconds more: as long as rows that were published may take to be written. */
  async holdFor(seconds: number, feature: string, window: number): Promise<void> {
    await this.#renew(this.#claim(feature, window, seconds));
  }

  /** Holds claims on, again and again, until it is disposed of; the list may become shorter. */
  keep(all: () => readonly { readonly feature: string; readonly window: number }[]): AsyncDisposable {
    const ending = new AbortController();
    const { signal } = ending;
    const turn = async () => void (await Promise.all(all().map(({ feature, window }) => this.hold(feature, window))));
    // What is not held in the end is found out before it is published.
    const kept = repeatedly(turn, { everySeconds: holdEverySeconds, signal, onTrouble: () => undefined });
    return {
      async [Symbol.asyncDispose]() {
        ending.abort();
        await kept;
      },
    };
  }

  async #renew(claim: LeaseClaim): Promise<boolean> {
    const isMine = await this.#options.leases.renew(claim);
    if (isMine) this.#until.set(claim.name, claim.until);
    else this.#until.delete(claim.name);
    return isMine;
  }

  /** Gives a window back, of which nothing was published, or all is written. */
  async release(feature: string, window: number): Promise<void> {
    const { name, owner } = this.#claim(feature, window, computing);
    await this.#options.leases.end({ name, owner });
    this.#until.delete(name);
  }

  #claim(feature: string, window: number, seconds: number): LeaseClaim {
    const { owner, clock } = this.#options;
    const now = clock.now();
    return { name: `window/${feature}/${window}`, owner, now, until: now + seconds };
  }
}

import { type Clock, type LeaseClaim, type Leases, repeatedly } from '@neartime/streams';

/** Seconds for which work is claimed while it is done; held on until it is, so that a dead holder blocks nobody for long. */
const working = 60;
const holdEverySeconds = 20;

export interface ClaimsOptions {
  readonly leases: Leases;
  readonly clock: Clock;
  /** A text of this process alone. */
  readonly owner: string;
}

/** What is claimed before a window is computed for a feature. */
export const windowClaim = (feature: string, window: number): string => `window/${feature}/${window}`;

/** What is claimed before the parity of windows of a feature is checked. */
export const parityClaim = (feature: string): string => `parity/${feature}`;

/** The leases that this process has, by name. */
export class Claims {
  readonly #options: ClaimsOptions;
  /** By name, until when: taking one again would be another claim. */
  readonly #until = new Map<string, number>();

  constructor(options: ClaimsOptions) {
    this.#options = options;
  }

  /** The turn of the claim, which is this claim's alone: of a window, its revision; `undefined` when somebody has it, this process included. */
  async take(name: string): Promise<number | undefined> {
    const claim = this.#claim(name, working);
    for (const [mine, until] of this.#until) if (until <= claim.now) this.#until.delete(mine);
    if (this.#until.has(name)) return undefined;
    const lease = await this.#options.leases.take(claim);
    if (lease) this.#until.set(name, claim.until);
    return lease?.turn;
  }

  has(name: string): boolean {
    return (this.#until.get(name) ?? -Infinity) > this.#options.clock.now();
  }

  /** Holds a claim on; false when another has it by now. */
  async hold(name: string): Promise<boolean> {
    return this.holdFor(working, name);
  }

  /** Holds a claim for so many seconds more: as long as rows that were published may take to be written. */
  async holdFor(seconds: number, name: string): Promise<boolean> {
    const claim = this.#claim(name, seconds);
    const isMine = await this.#options.leases.renew(claim);
    if (isMine) this.#until.set(name, claim.until);
    else this.#until.delete(name);
    return isMine;
  }

  /** Holds claims on, again and again, until it is disposed of; the list may become shorter. */
  keep(names: () => readonly string[]): AsyncDisposable {
    const ending = new AbortController();
    const { signal } = ending;
    const turn = async () => void (await Promise.all(names().map((name) => this.hold(name))));
    // What is not held in the end is found out before it is published.
    const kept = repeatedly(turn, { everySeconds: holdEverySeconds, signal, onTrouble: () => undefined });
    return {
      async [Symbol.asyncDispose]() {
        ending.abort();
        await kept;
      },
    };
  }

  /** Gives a claim back; that of a window only when nothing of it was published, or all is written. */
  async release(name: string): Promise<void> {
    await this.#options.leases.end({ name, owner: this.#options.owner });
    this.#until.delete(name);
  }

  #claim(name: string, seconds: number): LeaseClaim {
    const { owner, clock } = this.#options;
    const now = clock.now();
    return { name, owner, now, until: now + seconds };
  }
}

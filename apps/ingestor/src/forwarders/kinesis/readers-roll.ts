import { z } from 'zod';
import type { LeaseOptions } from '../held-lease.ts';
import { paused } from '../pause.ts';

/** What all instances know of a stream's reading. */
export interface Roll {
  /** Instances that read the stream now, this one included. */
  readonly readers: number;
  /** When the stream was met first by any instance, epoch seconds. */
  readonly since: number;
}

const written = z.object({ since: z.number(), readers: z.record(z.string(), z.number()) });

const tries = 5;
/** Seconds for which one that ends with the roll in its hands keeps the others from it. */
const atMostHeld = 5;

/**
 * Who reads a stream: one lease, whose note names each instance with the time until which it counts. An instance takes the
 * lease for a moment at intervals, puts itself down, strikes off whose time is over, and gives it back. So all can tell how
 * many they are, and from that each knows its fair share without asking the others.
 */
export class ReadersRoll {
  readonly #name: string;
  readonly #options: LeaseOptions;
  #known: Roll | undefined;

  constructor(stream: string, options: LeaseOptions) {
    this.#name = `kinesis/${stream}/readers`;
    this.#options = options;
  }

  /** Puts this instance down. What was known last, when others have the roll all the time; `undefined` before anything is known. */
  async answer(signal: AbortSignal): Promise<Roll | undefined> {
    const { owner, clock, seconds } = this.#options;
    for (let left = tries; left > 0; left--) {
      if (await this.#rewrite((readers) => readers.set(owner, clock.now() + seconds))) break;
      if (!(await paused(20 + Math.random() * 100, signal))) break;
    }
    return this.#known;
  }

  /** Strikes this instance off, so that others take its share at once. */
  async leave(): Promise<void> {
    await this.#rewrite((readers) => readers.delete(this.#options.owner));
  }

  async #rewrite(change: (readers: Map<string, number>) => void): Promise<boolean> {
    const { leases, owner, clock } = this.#options;
    const now = clock.now();
    const claim = { name: this.#name, owner, now, until: now + atMostHeld };
    const lease = await leases.take(claim);
    if (!lease) return false;
    const { since, readers } = readRoll(lease.note) ?? { since: now, readers: {} };
    const counting = new Map(Object.entries(readers).filter(([, until]) => until > now));
    change(counting);
    const note = JSON.stringify({ since, readers: Object.fromEntries(counting) });
    // One that is another's by now was written by that one.
    const isWritten = await leases.renew(claim, note);
    await leases.end(claim);
    if (isWritten) this.#known = { readers: Math.max(1, counting.size), since };
    return isWritten;
  }
}

function readRoll(note: string | undefined): z.infer<typeof written> | undefined {
  try {
    return written.parse(JSON.parse(note ?? ''));
  } catch {
    return undefined;
  }
}

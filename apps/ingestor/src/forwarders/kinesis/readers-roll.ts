import { z } from 'zod';
import type { LeaseOptions } from '../held-lease.ts';
import { paused } from '../pause.ts';

/** What all instances know of a stream's reading. */
export interface Roll {
  /** Instances that read the stream now, this one included. */
  readonly readers: number;
  /** When the stream was met first by any instance, epoch seconds. */
  readonly since: number;
  /** Shards that were read to their end. */
  readonly ended: ReadonlySet<string>;
}

const rollNote = z.object({
  since: z.number(),
  readers: z.record(z.string(), z.number()),
  ended: z.array(z.string()),
});

interface Entries {
  readonly readers: Map<string, number>;
  readonly ended: Set<string>;
}

const tries = 5;
/** Seconds for which one that ends with the roll in its hands keeps the others from it. */
const atMostHeld = 5;

/**
 * Who reads a stream: one lease, whose note names each instance with the time until which it counts, and the shards that were
 * read to their end. An instance takes the lease for a moment at intervals, puts down itself and what it has seen end, strikes
 * off whose time is over, and gives it back. So all know how many they are and how many shards there are to share, and from
 * that each knows its fair share without asking the others. Two of different knowledge could both think they have enough, and
 * leave a shard without a reader.
 */
export class ReadersRoll {
  readonly #name: string;
  readonly #options: LeaseOptions;
  #known: Roll | undefined;

  constructor(stream: string, options: LeaseOptions) {
    this.#name = `kinesis/${stream}/readers`;
    this.#options = options;
  }

  /**
   * Puts this instance down, with the shards that it knows have ended; those that the stream shows no more are forgotten. Gives
   * what was known last when others have the roll all the time; `undefined` before anything is known.
   */
  async answer(
    seen: { readonly ended: ReadonlySet<string>; readonly shown: ReadonlySet<string> },
    signal: AbortSignal,
  ): Promise<Roll | undefined> {
    const { owner, clock, seconds } = this.#options;
    await this.#rewrite(({ readers, ended }) => {
      readers.set(owner, clock.now() + seconds);
      for (const shard of seen.ended) ended.add(shard);
      for (const shard of ended) if (!seen.shown.has(shard)) ended.delete(shard);
    }, signal);
    return this.#known;
  }

  /** Strikes this instance off, so that others take its share at once. */
  async leave(): Promise<void> {
    await this.#rewrite(({ readers }) => readers.delete(this.#options.owner));
  }

  /** Others have it for moments only. */
  async #rewrite(change: (entries: Entries) => void, signal = new AbortController().signal): Promise<void> {
    for (let left = tries; left > 0; left--) {
      if (await this.#tryToRewrite(change)) return;
      if (!(await paused(20 + Math.random() * 100, signal))) return;
    }
  }

  async #tryToRewrite(change: (entries: Entries) => void): Promise<boolean> {
    const { leases, owner, clock } = this.#options;
    const now = clock.now();
    const claim = { name: this.#name, owner, now, until: now + atMostHeld };
    const lease = await leases.take(claim);
    if (!lease) return false;
    const { since, ...standing } = readRoll(lease.note) ?? { since: now, readers: {}, ended: [] };
    const readers = new Map(Object.entries(standing.readers).filter(([, until]) => until > now));
    const ended = new Set(standing.ended);
    change({ readers, ended });
    const note = JSON.stringify({ since, readers: Object.fromEntries(readers), ended: [...ended] });
    // One that is another's by now was written by that one.
    const isWritten = await leases.renew(claim, note);
    await leases.end(claim);
    if (isWritten) this.#known = { readers: Math.max(1, readers.size), since, ended };
    return isWritten;
  }
}

function readRoll(note: string | undefined): z.infer<typeof rollNote> | undefined {
  try {
    return rollNote.parse(JSON.parse(note ?? ''));
  } catch {
    return undefined;
  }
}

/** A lease that was taken. */
export interface Lease {
  /** How often it has been taken, this time included: 1, 2, …; no number is given twice. */
  readonly turn: number;
  /** What the holders before left, such as how far they came. */
  readonly note: string | undefined;
}

/** Who wants a lease, and until when; times are epoch seconds. */
export interface LeaseClaim {
  /** What is leased: `window/<feature>/<start>`, `kinesis/<stream>/<shard>`, `listing/<bucket>/<prefix>`. */
  readonly name: string;
  /** A text of this process alone. */
  readonly owner: string;
  readonly now: number;
  readonly until: number;
}

/** Seconds: nobody takes or holds a lease for longer. */
const longestLease = 3600;

/**
 * Whether a lease that ends at a time is over. One that would last longer than any was taken by a clock that is ahead: it must not
 * keep others from the work for as long as that clock is wrong. Where ours is behind instead, two do the work, which does no harm.
 */
export const isOver = (until: number, now: number): boolean => until <= now || until > now + longestLease;

/** Work that one process at a time does, whoever it is. A lease that is not renewed ends by itself, so that a dead holder blocks nobody for long. */
export interface Leases {
  /** Takes a lease that nobody holds, or whose time is over; `undefined` while another holds it. */
  take(claim: LeaseClaim): Promise<Lease | undefined>;
  /** Holds it longer, and leaves a note (`undefined`: the one that stands). False when another has it by now: whoever hears that stops. */
  renew(claim: LeaseClaim, note?: string): Promise<boolean>;
  /** Gives it back, with its note and its count of turns; nothing when another has it by now. */
  end(claim: Pick<LeaseClaim, 'name' | 'owner'>): Promise<void>;
}

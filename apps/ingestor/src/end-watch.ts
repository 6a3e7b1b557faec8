/**
 * Tells whether a partition was read up to the end that it had a while ago: only then is silence a source's own, and not that of
 * a broker that does not answer, or of a reader that lags.
 */
export class EndWatch {
  readonly #lookAgainAfter: number;
  readonly #look: () => Promise<number>;
  /** When the end was seen that has been read up to, elapsed seconds. */
  #readUpToEndOf = -Infinity;
  #ends: { readonly seenAt: number; readonly end: number }[] = [];
  #lookedAt = -Infinity;

  /** `look` gives the end; it is asked about this often (seconds). */
  constructor(lookAgainAfter: number, look: () => Promise<number>) {
    this.#lookAgainAfter = lookAgainAfter;
    this.#look = look;
  }

  /** Whether all that was there `ago` seconds before `elapsed` is before `position`. */
  async isReadUpTo(position: number, elapsed: number, ago: number): Promise<boolean> {
    if (elapsed - this.#lookedAt >= this.#lookAgainAfter) {
      this.#lookedAt = elapsed;
      // One that cannot be seen now says nothing; the last one that could counts for a while.
      const end = await this.#look().catch(() => undefined);
      if (end !== undefined) this.#ends.push({ seenAt: elapsed, end });
    }
    while (this.#ends[0] && this.#ends[0].end <= position) this.#readUpToEndOf = this.#ends.shift()!.seenAt;
    return this.#readUpToEndOf >= elapsed - ago;
  }
}

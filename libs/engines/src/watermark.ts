/** A source more than this behind the greatest time is not waited for, in seconds. */
export const lagMax = 6 * 3600;

/**
 * The watermark over what sources have said, "complete up to T": the greatest T of a source counts, the least over the
 * sources is the watermark; a source too far behind is not waited for. Neither a T nor the watermark ever goes back.
 */
export class Watermark {
  readonly #completeUpTo = new Map<string, number>();
  #watermark = -Infinity;
  #isStale = false;

  say(source: string, completeUpTo: number): void {
    if (completeUpTo <= this.of(source)) return;
    this.#completeUpTo.set(source, completeUpTo);
    this.#isStale = true;
  }

  /** How far the source is complete; -Infinity for one that has said nothing. */
  of(source: string): number {
    return this.#completeUpTo.get(source) ?? -Infinity;
  }

  get value(): number {
    if (!this.#isStale) return this.#watermark;
    this.#isStale = false;
    let greatest = -Infinity;
    for (const time of this.#completeUpTo.values()) if (time > greatest) greatest = time;
    let least = greatest;
    for (const time of this.#completeUpTo.values()) if (time < least && time >= greatest - lagMax) least = time;
    return (this.#watermark = Math.max(this.#watermark, least));
  }
}

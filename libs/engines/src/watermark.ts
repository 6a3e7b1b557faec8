/** A source more than this behind the greatest time is not waited for, in seconds. */
export const lagMax = 6 * 3600;

/**
 * The watermark over what sources have said, "complete up to T": the greatest T of a source counts, the least over the
 * sources is the watermark; a source too far behind is not waited for. Neither a T nor the watermark ever goes back.
 */
export class Watermark {
  readonly #completeUpTo = new Map<string, number>();
  #watermark = -Infinity;

  say(source: string, completeUpTo: number): void {
    this.#completeUpTo.set(source, Math.max(this.#completeUpTo.get(source) ?? -Infinity, completeUpTo));
  }

  /** How far the source is complete; -Infinity for one that has said nothing. */
  of(source: string): number {
    return this.#completeUpTo.get(source) ?? -Infinity;
  }

  get value(): number {
    const times = [...this.#completeUpTo.values()];
    const greatest = Math.max(...times);
    const waitedFor = times.filter((time) => time >= greatest - lagMax);
    if (waitedFor.length > 0) this.#watermark = Math.max(this.#watermark, Math.min(...waitedFor));
    return this.#watermark;
  }
}

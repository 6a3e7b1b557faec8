import { Watermark, lagMax } from '@neartime/engines';
import type { SourceComplete } from '@neartime/schemas';

/** The watermark as a partition's progress records say it, with where each source last said something. */
export class LogWatermark {
  readonly #watermark = new Watermark();
  readonly #saidAt = new Map<string, number>();
  #greatest = -Infinity;

  say({ source, complete_up_to: completeUpTo }: SourceComplete, offset: number): void {
    // What says nothing new need not be read again.
    if (completeUpTo <= this.#watermark.of(source)) return;
    this.#watermark.say(source, completeUpTo);
    this.#saidAt.set(source, offset);
    if (completeUpTo > this.#greatest) this.#greatest = completeUpTo;
  }

  get value(): number {
    return this.#watermark.value;
  }

  /** The first offset from which every source that is waited for says again how far it is. */
  get firstOffset(): number {
    let first = Infinity;
    for (const [source, offset] of this.#saidAt)
      if (offset < first && this.#watermark.of(source) >= this.#greatest - lagMax) first = offset;
    return first;
  }
}

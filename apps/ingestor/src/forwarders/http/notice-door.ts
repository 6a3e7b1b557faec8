import { reasonOf } from '@neartime/service';
import { persistently } from '@neartime/streams';
import type { Notice } from '../../notice.ts';
import type { NoticeWriter } from '../notice-writer.ts';

/** Notices that were not written, or not in time; they may be handed in again. */
export class NotWritten extends Error {
  constructor(why: string, options?: ErrorOptions) {
    super(why, options);
    this.name = 'NotWritten';
  }
}

/** So many requests may be in hand, those counted that were answered while their last attempt still went on. */
const mostInHand = 64;

/** Where requests hand in notices: closed while there is no log, and nobody waits at it for long. */
export class NoticeDoor {
  readonly #withinMs: number;
  #writer: Pick<NoticeWriter, 'write'> | undefined;
  #inHand = 0;

  /** `withinMs`: how long a log that does not answer is waited for. */
  constructor(withinMs = 5000) {
    this.#withinMs = withinMs;
  }

  /** The writer tries once: how often is decided here. */
  open(writer: Pick<NoticeWriter, 'write'>): void {
    this.#writer = writer;
  }

  close(): void {
    this.#writer = undefined;
  }

  get isOpen(): boolean {
    return this.#writer !== undefined;
  }

  /** Writes notices; all of them stand when it returns. Throws NotWritten when that cannot be done in time. */
  async write(notices: readonly Notice[]): Promise<void> {
    const writer = this.#writer;
    if (!writer) throw new NotWritten('there is no log yet');
    if (this.#inHand >= mostInHand) throw new NotWritten('too many requests wait for the log');
    let trouble: unknown;
    const late = AbortSignal.timeout(this.#withinMs);
    this.#inHand += 1;
    const writing = persistently(() => writer.write(notices), {
      signal: late,
      onTrouble: (error) => (trouble = error),
      mostMs: 1000,
    }).finally(() => (this.#inHand -= 1));
    try {
      await Promise.race([writing, isAborted(late)]);
    } catch (error) {
      // What a late attempt comes to is nobody's any more.
      writing.catch(() => undefined);
      const why = late.aborted ? (trouble ?? new Error(`the log has not answered for ${this.#withinMs} ms`)) : error;
      throw new NotWritten(reasonOf(why), { cause: why });
    }
  }
}

/** Rejects once the signal is aborted. */
const isAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }));

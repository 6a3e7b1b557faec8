import { setTimeout as sleep } from 'node:timers/promises';

export interface RepeatOptions {
  readonly everySeconds: number;
  /** Ends the repeating; the turn in hand is finished. */
  readonly signal: AbortSignal;
  /** Hears of a turn that failed; the next one comes all the same. */
  readonly onTrouble: (error: Error) => void;
}

/** Takes one turn after another, with a pause between them, until it is told to end. */
export async function repeatedly(
  turn: () => Promise<void>,
  { everySeconds, signal, onTrouble }: RepeatOptions,
): Promise<void> {
  while (!signal.aborted) {
    await turn().catch((error: Error) => {
      if (!signal.aborted) onTrouble(error);
    });
    await sleep(everySeconds * 1000, undefined, { signal }).catch(() => undefined);
  }
}

import pRetry, { AbortError } from 'p-retry';
import { StoreError } from './store-error.ts';

export interface PersistentOptions {
  /** Ends the waiting. */
  readonly signal: AbortSignal;
  /** Hears of what did not work and is tried again. */
  readonly onTrouble: (error: StoreError) => void;
  /** Holds why something is waited for, as long as it is. */
  readonly waits?: Map<object, StoreError>;
  /** Milliseconds before the second try; then twice as long, up to `mostMs`. */
  readonly leastMs?: number;
  readonly mostMs?: number;
}

/** Does something as often as it takes: a server that is down, refuses or breaks off is waited for. Throws what trying again cannot help. */
export async function persistently<T>(
  action: () => Promise<T>,
  { signal, onTrouble, waits, leastMs = 200, mostMs = 10_000 }: PersistentOptions,
): Promise<T> {
  const attempt = async () => {
    try {
      return await action();
    } catch (error) {
      throw error instanceof StoreError && error.retriable ? error : new AbortError(error as Error);
    }
  };
  const wait = {};
  try {
    return await pRetry(attempt, {
      ...{ retries: Infinity, minTimeout: leastMs, maxTimeout: mostMs, randomize: true, signal },
      onFailedAttempt: ({ error }) => {
        waits?.set(wait, error as StoreError);
        onTrouble(error as StoreError);
      },
    });
  } finally {
    waits?.delete(wait);
  }
}

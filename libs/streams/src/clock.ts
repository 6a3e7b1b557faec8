/** Time as the system sees it; tests bring their own. */
export interface Clock {
  /** Epoch seconds, with decimals. */
  now(): number;
  /** Seconds that only move forward, from any origin. */
  elapsed(): number;
}

export const systemClock: Clock = {
  now: () => Date.now() / 1000,
  elapsed: () => performance.now() / 1000,
};

/** How often the SDK asks a server that is briefly unable, in all. */
export const attempts = 5;
/** How long a server may take to begin its answer. */
export const answerMs = 30_000;
/** How long a body may stand still while somebody waits for it. */
export const stallMs = 30_000;

/** A line that sends less is taken for a stalled one. */
const leastBytesPerMs = 100;
/** Longer than all attempts of a short call, with the pauses between them. */
const callMs = 300_000;

/** Bounds for a call whose whole answer the SDK takes in, and which sends so many bytes. */
export function bounded(bytes = 0): { requestTimeout?: number; abortSignal: AbortSignal } {
  const sendingMs = Math.ceil(bytes / leastBytesPerMs);
  const abortSignal = AbortSignal.timeout(callMs + attempts * sendingMs);
  // For what is short the client's own bound stands.
  return sendingMs > answerMs ? { requestTimeout: answerMs + sendingMs, abortSignal } : { abortSignal };
}

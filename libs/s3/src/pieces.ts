import type { Readable } from 'node:stream';
import { setTimeout } from 'node:timers';
import { bodyFailure } from './failure.ts';

/**
 * A body piece by piece. It fails when no piece comes for `stallMs` while one is waited for; how long the reader takes between
 * two pieces does not count. The connection ends with the body, or when no more of it is taken.
 */
export async function* pieces(
  body: Readable,
  { what, stallMs }: { what: string; stallMs: number },
): AsyncIterable<Uint8Array> {
  const coming = body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  const next = () => {
    const stalled = setTimeout(() => body.destroy(new Error(`none came for ${stallMs} ms`)), stallMs);
    return coming.next().finally(() => clearTimeout(stalled));
  };
  try {
    for (let piece = await next(); !piece.done; piece = await next()) yield piece.value;
  } catch (cause) {
    throw bodyFailure(what, cause);
  } finally {
    body.destroy();
  }
}

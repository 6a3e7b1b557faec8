export { buffersOfRows, giveBack } from '@neartime/engines';

/** A Buffer's memory, unless it is a piece of the pool that others lie in too. */
export const ownBuffer = ({ buffer, length }: Buffer): ArrayBuffer[] =>
  buffer.byteLength === length ? [buffer as ArrayBuffer] : [];

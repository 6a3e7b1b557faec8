import type { PartRows } from '@neartime/schemas';

/**
 * Gives memory back that is not used any more. The collector sees only the small objects that hold it, and would come when
 * many of them have gathered.
 */
export function giveBack(buffers: Iterable<ArrayBuffer>): void {
  for (const buffer of buffers) buffer.transfer(0);
}

export const buffersOfRows = ({ ids, offsets, pair, values }: PartRows): ArrayBuffer[] => [
  ids.buffer,
  offsets.buffer,
  pair.buffer,
  values.buffer,
];

/**
 * Gives memory back that is not used any more. The collector sees only the small objects that hold it, and would come when
 * many of them have gathered.
 */
export function giveBack(buffers: Iterable<ArrayBuffer>): void {
  for (const buffer of buffers) buffer.transfer(0);
}

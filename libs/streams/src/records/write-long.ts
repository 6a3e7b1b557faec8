/** Writes a long as Avro has it: a whole number that a double holds exactly, zigzag, seven bits a byte, the lowest first; gives where it ends. */
export function writeLong(bytes: Uint8Array, at: number, number: number): number {
  let left = number < 0 ? -number - 1 : number;
  let byte = (left % 0x40) * 2 + (number < 0 ? 1 : 0);
  left = Math.floor(left / 0x40);
  for (; left > 0; left = Math.floor(left / 0x80)) {
    bytes[at++] = byte | 0x80;
    byte = left % 0x80;
  }
  bytes[at++] = byte;
  return at;
}

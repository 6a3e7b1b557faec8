/** The first byte that is no space, tab or carriage return (a newline ends the line and is no blank here). */
// @ts-ignore: decorator
@inline
export function blanks(at: u32): u32 {
  if (load<u8>(at) > 32) return at;
  return skipBlanks(at);
}

function skipBlanks(at: u32): u32 {
  let byte = <u32>load<u8>(at);
  while (byte == 32 || byte == 9 || byte == 13) byte = <u32>load<u8>(++at);
  return at;
}

import { blanks } from './blanks';
import { walkKey } from './key-patterns';
import { skipString } from './strings';

/*
 * Walking over JSON values that nobody wants, checking them by the grammar (RFC 8259) without reading them. Each walk starts at
 * a value's first byte and returns the place behind its last, or 0 when it is not JSON or too deep to tell.
 */
const quote: u32 = 34;
const comma: u32 = 44;
const openBrace: u32 = 123;
const closeBrace: u32 = 125;
const openBracket: u32 = 91;
const closeBracket: u32 = 93;
const deepest: u32 = 30;

/** Walks over a value of any kind. */
export function skipValue(at: u32): u32 {
  const first = <u32>load<u8>(at);
  if (first == quote) return skipString(at + 1);
  if (first == openBrace || first == openBracket) return skipNested(at);
  return first - 48 < 10 ? skipNumber(at) : skipScalar(at);
}

/** Walks over a number, true, false or null. */
export function skipScalar(at: u32): u32 {
  const word = load<u32>(at);
  if (word == 0x65757274 /* true */ || word == 0x6c6c756e /* null */) return at + 4;
  if (word == 0x736c6166 /* fals */) return load<u8>(at, 4) == 101 ? at + 5 : 0;
  return skipNumber(at);
}

function skipNumber(at: u32): u32 {
  if (load<u8>(at) == 45) at++;
  if (!isDigit(at)) return 0;
  at = load<u8>(at) == 48 ? at + 1 : skipDigits(at);
  if (load<u8>(at) == 46) {
    if (!isDigit(++at)) return 0;
    at = skipDigits(at);
  }
  if ((load<u8>(at) | 32) == 101) {
    at++;
    if (load<u8>(at) == 43 || load<u8>(at) == 45) at++;
    if (!isDigit(at)) return 0;
    at = skipDigits(at);
  }
  return at;
}

// @ts-ignore: decorator
@inline
function isDigit(at: u32): bool {
  return <u32>load<u8>(at) - 48 < 10;
}

function skipDigits(at: u32): u32 {
  while (isDigit(at)) at++;
  return at;
}

/** Walks over an object or array; `open` keeps one bit a level, 1 for an object. */
function skipNested(at: u32): u32 {
  let open: u32 = 0;
  let depth: u32 = 0;
  while (true) {
    // At a value.
    let byte = <u32>load<u8>(at);
    if (byte == openBrace || byte == openBracket) {
      if (depth == deepest) return 0;
      const isObject = byte == openBrace;
      open = (open << 1) | <u32>isObject;
      depth++;
      at = blanks(at + 1);
      if (load<u8>(at) != (isObject ? closeBrace : closeBracket)) {
        if (isObject && (at = walkKey(at)) == 0) return 0;
        continue;
      }
    } else {
      at = byte == quote ? skipString(at + 1) : skipScalar(at);
      if (at == 0) return 0;
      at = blanks(at);
    }
    // Behind a value, or at the end of an empty object or array.
    byte = <u32>load<u8>(at++);
    while (byte == ((open & 1) == 1 ? closeBrace : closeBracket)) {
      open >>= 1;
      if (--depth == 0) return at;
      at = blanks(at);
      byte = <u32>load<u8>(at++);
    }
    if (byte != comma) return 0;
    at = blanks(at);
    if ((open & 1) == 1 && (at = walkKey(at)) == 0) return 0;
  }
}

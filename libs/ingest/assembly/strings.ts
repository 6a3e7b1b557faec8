/*
 * Walking over JSON strings, 16 bytes at once. A walk starts behind the opening quote and stops at the latest at the line's
 * newline, which is a control character.
 */
const quote: u32 = 34;
const backslash: u32 = 92;

/** The first byte that is a quote, a backslash, a control character or beyond ASCII (as a signed byte it is below a space). */
// @ts-ignore: decorator
@inline
export function stringStop(at: u32): u32 {
  while (true) {
    const mask = stops(v128.load(at));
    if (mask != 0) return at + ctz(mask);
    at += 16;
  }
}

// @ts-ignore: decorator
@inline
function stops(bytes: v128): u32 {
  const marks = v128.or(i8x16.eq(bytes, i8x16.splat(<i8>quote)), i8x16.eq(bytes, i8x16.splat(<i8>backslash)));
  return i8x16.bitmask(v128.or(marks, i8x16.lt_s(bytes, i8x16.splat(32))));
}

/** Whether the text that `textStop` walked over holds spaces or A–Z. */
export let isUnclean: bool = false;

/** Like `stringStop`, and tells whether cleaning may change the text. */
// @ts-ignore: decorator
@inline
export function textStop(at: u32): u32 {
  let seen: u32 = 0;
  while (true) {
    const bytes = v128.load(at);
    const capitals = i8x16.lt_u(i8x16.sub(bytes, i8x16.splat(65)), i8x16.splat(26));
    const toClean = <u32>i8x16.bitmask(v128.or(capitals, i8x16.eq(bytes, i8x16.splat(32))));
    const mask = stops(bytes);
    if (mask != 0) {
      const place = ctz(mask);
      isUnclean = (seen | (toClean & ((<u32>1 << place) - 1))) != 0;
      return at + place;
    }
    seen |= toClean;
    at += 16;
  }
}

/** Set to 1 when a string with bytes beyond ASCII was skipped: the host checks its UTF-8. */
export let foreignSeen: u32 = 0;
export function resetForeign(): void {
  foreignSeen = 0;
}

/** Walks over a string of any kind, from behind its opening quote to behind its closing one; 0 where it is none. */
// @ts-ignore: decorator
@inline
export function skipString(at: u32): u32 {
  at = stringStop(at);
  if (load<u8>(at) == quote) return at + 1;
  return skipStringRest(at);
}

function skipStringRest(at: u32): u32 {
  while (true) {
    const byte = <u32>load<u8>(at);
    if (byte == quote) return at + 1;
    if (byte >= 128) {
      foreignSeen = 1;
      at++;
    } else {
      if (byte != backslash) return 0;
      const escaped = <u32>load<u8>(at, 1);
      if (escaped == 117) {
        if (!isHex(load<u8>(at, 2)) || !isHex(load<u8>(at, 3)) || !isHex(load<u8>(at, 4)) || !isHex(load<u8>(at, 5))) return 0;
        at += 6;
      } else {
        if (!isEscape(escaped)) return 0;
        at += 2;
      }
    }
    at = stringStop(at);
  }
}

function isHex(byte: u32): bool {
  return byte - 48 < 10 || (byte | 32) - 97 < 6;
}

/** One of "\/bfnrt */
function isEscape(byte: u32): bool {
  return byte == 34 || byte == 92 || byte == 47 || byte == 98 || byte == 102 || byte == 110 || byte == 114 || byte == 116;
}

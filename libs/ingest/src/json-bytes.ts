/**
 * Walking over JSON values in bytes, checking them by the grammar (RFC 8259) without reading them. Each walk starts at a
 * value's first byte and returns the place behind its last, or -1 when it is not JSON or too deep to tell. All stop at a
 * newline, which no JSON value of a single line holds.
 */

const quote = 34;
const backslash = 92;

/** What a byte means inside a string: 0 plain, 1 quote, 2 backslash, 3 control, 4 beyond ASCII, 5 plain but for cleaning (space, A–Z). */
export const textClass = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte === quote) return 1;
  if (byte === backslash) return 2;
  if (byte < 32) return 3;
  if (byte >= 128) return 4;
  return byte === 32 || (byte >= 65 && byte <= 90) ? 5 : 0;
});

/** 0 for the bytes that a skipped string may simply hold. */
export const skipClass = textClass.map((kind) => (kind === 5 ? 0 : kind));

const escapes = Uint8Array.from({ length: 256 }, (_, byte) => ('"\\/bfnrt'.includes(String.fromCharCode(byte)) ? 1 : 0));
const hexDigits = Uint8Array.from({ length: 256 }, (_, byte) => (/[0-9a-f]/i.test(String.fromCharCode(byte)) ? 1 : 0));

/** Set to 1 when a walk passed bytes beyond ASCII: the caller checks their UTF-8 and sets it back. */
export const foreignSeen = new Uint8Array(1);

/** Walks over a string, from its opening quote. */
const skipString = (bytes: Uint8Array, at: number): number => skipStringRest(bytes, at + 1);

/** Walks over what is left of a string, up to behind its closing quote. */
export function skipStringRest(bytes: Uint8Array, at: number): number {
  for (;;) {
    while (skipClass[bytes[at]] === 0) at++;
    const byte = bytes[at];
    if (byte === quote) return at + 1;
    if (byte >= 128) {
      foreignSeen[0] = 1;
      at++;
    } else if (byte === backslash) {
      const escaped = bytes[at + 1];
      if (escapes[escaped] === 1) at += 2;
      else if (escaped === 117 && hexDigits[bytes[at + 2]] & hexDigits[bytes[at + 3]] & hexDigits[bytes[at + 4]] & hexDigits[bytes[at + 5]]) at += 6;
      else return -1;
    } else {
      return -1;
    }
  }
}

/** Walks over a value of any kind. */
export function skipValue(bytes: Uint8Array, at: number): number {
  const first = bytes[at];
  if (first === quote) return skipString(bytes, at);
  if (first === 123 || first === 91) return skipNested(bytes, at);
  if (first === 116) return bytes[at + 1] === 114 && bytes[at + 2] === 117 && bytes[at + 3] === 101 ? at + 4 : -1;
  if (first === 110) return bytes[at + 1] === 117 && bytes[at + 2] === 108 && bytes[at + 3] === 108 ? at + 4 : -1;
  if (first === 102) {
    return bytes[at + 1] === 97 && bytes[at + 2] === 108 && bytes[at + 3] === 115 && bytes[at + 4] === 101 ? at + 5 : -1;
  }
  return skipNumber(bytes, at);
}

const isDigit = (byte: number): boolean => byte >= 48 && byte <= 57;

function skipNumber(bytes: Uint8Array, at: number): number {
  if (bytes[at] === 45) at++;
  if (!isDigit(bytes[at])) return -1;
  if (bytes[at] === 48) at++;
  else while (isDigit(bytes[at])) at++;
  if (bytes[at] === 46) {
    if (!isDigit(bytes[++at])) return -1;
    while (isDigit(bytes[at])) at++;
  }
  if (bytes[at] === 101 || bytes[at] === 69) {
    at++;
    if (bytes[at] === 43 || bytes[at] === 45) at++;
    if (!isDigit(bytes[at])) return -1;
    while (isDigit(bytes[at])) at++;
  }
  return at;
}

const deepest = 30;

/** Walks over an object or array; `open` keeps one bit a level, 1 for an object. */
function skipNested(bytes: Uint8Array, at: number): number {
  let open = 0;
  let depth = 0;
  for (;;) {
    // At a value.
    let byte = bytes[at];
    if (byte === 123 || byte === 91) {
      if (depth === deepest) return -1;
      open = (open << 1) | (byte === 123 ? 1 : 0);
      depth++;
      at = skipBlanks(bytes, at + 1);
      if (bytes[at] !== (byte === 123 ? 125 : 93)) {
        if (byte === 123 && (at = skipKey(bytes, at)) < 0) return -1;
        continue;
      }
    } else {
      at = byte === quote ? skipString(bytes, at) : skipValue(bytes, at);
      if (at < 0) return -1;
      at = skipBlanks(bytes, at);
    }
    // Behind a value, or at the end of an empty object or array.
    byte = bytes[at++];
    while (byte === ((open & 1) === 1 ? 125 : 93)) {
      open >>= 1;
      if (--depth === 0) return at;
      at = skipBlanks(bytes, at);
      byte = bytes[at++];
    }
    if (byte !== 44) return -1;
    at = skipBlanks(bytes, at);
    if ((open & 1) === 1 && (at = skipKey(bytes, at)) < 0) return -1;
  }
}

/** Walks over a key, its colon and the blanks around it. */
function skipKey(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== quote || (at = skipString(bytes, at)) < 0) return -1;
  at = skipBlanks(bytes, at);
  return bytes[at] === 58 ? skipBlanks(bytes, at + 1) : -1;
}

/** The first byte that is no space, tab or carriage return (a newline ends the line and is no blank here). */
export function skipBlanks(bytes: Uint8Array, at: number): number {
  while (bytes[at] === 32 || bytes[at] === 9 || bytes[at] === 13) at++;
  return at;
}

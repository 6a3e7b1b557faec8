import { isUtf8 } from 'node:buffer';
import type { EventView } from '@neartime/engines';
import { maxTextBytes } from '@neartime/schemas';
import { type FieldLayout, scanKind } from './field-layout.ts';
import { foreignSeen, skipBlanks, skipClass, skipStringRest, skipValue, textClass } from './json-bytes.ts';
import { KeyPatterns, longestPattern } from './key-patterns.ts';
import { toSeconds } from './numbers.ts';

const quote = 34;
const comma = 44;
const colon = 58;
const openBrace = 123;
const closeBrace = 125;
const newline = 10;
const zero = 48;
/** A double holds every number of so many digits. */
const exactDigits = 15;

/**
 * The hot path of reading: walks one line's bytes once, checks that it is JSON and notes where the wanted fields lie.
 *
 * Why it is quick: no string and no object is made for a line; the bytes of a wanted field stay where they are unless
 * cleaning changes them; the newline that ends every line is a control character, which no loop walks over, so that no loop
 * asks where the buffer ends. Why it is safe: it vouches only for what it understood to the last byte. Escapes in wanted
 * fields, text beyond ASCII in them, numbers that are not short and whole, deep nesting and whatever is not JSON are left
 * to `parseLine`, whose answer counts.
 */
export class LineScanner {
  readonly #layout: FieldLayout;
  readonly #view: EventView;
  /** Text that cleaning changes is rewritten here, together with the line's other text fields. */
  readonly #cleaned: Uint8Array;
  readonly #patterns = new KeyPatterns();
  /** The bytes of the last line, and a view on them for the patterns: lines come many from one chunk. */
  #seen: Uint8Array | undefined;
  #words: DataView = new DataView(new ArrayBuffer(0));
  /** Which text fields hold something to clean. */
  readonly #unclean: Uint8Array;

  constructor(layout: FieldLayout, view: EventView) {
    this.#layout = layout;
    this.#view = view;
    this.#cleaned = new Uint8Array(layout.fields.length * maxTextBytes);
    this.#unclean = new Uint8Array(layout.fields.length);
  }

  /** Reads the line at `start`, ended by a newline, into the view; returns where the next line begins, or -1 for a line that it does not vouch for. */
  scan(bytes: Uint8Array, start: number): number {
    const { fields, scanKinds, byLength, next } = this.#layout;
    const { starts, ends, numbers } = this.#view;
    const unclean = this.#unclean;
    const text = textClass;
    const skip = skipClass;
    // Loops, since a call of fill costs more than so few elements.
    for (let field = 0; field < starts.length; field++) {
      starts[field] = 0;
      ends[field] = 0;
      numbers[field] = NaN;
    }
    const patterns = this.#patterns;
    if (bytes !== this.#seen) {
      this.#seen = bytes;
      this.#words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    const view = this.#words;
    const lastMatch = bytes.length - longestPattern;
    let pattern = 0;
    let anyUnclean = false;
    foreignSeen[0] = 0;
    let at = start;
    if (bytes[at] <= 32) at = skipBlanks(bytes, at);
    if (bytes[at++] !== openBrace) return -1;
    for (;;) {
      if (bytes[at] <= 32) at = skipBlanks(bytes, at);
      let field: number;
      const known = at < lastMatch ? patterns.match(view, at, pattern) : 0;
      if (known !== 0) {
        pattern = known;
        field = patterns.fieldOf(known);
        at += patterns.lengthOf(known);
      } else {
        const quoteAt = at;
        if (bytes[at] !== quote) return -1;
        const keyStart = ++at;
        while (text[bytes[at]] === 0) at++;
        // A key beyond plain lower case is no wanted one; one with escapes or beyond ASCII only the definition should judge.
        while (bytes[at] !== quote) {
          const kind = text[bytes[at]];
          if (kind !== 0 && kind !== 5) return -1;
          at++;
        }
        const length = at - keyStart;
        field = length < byLength.length ? byLength[length] : -1;
        while (field >= 0 && !equals(fields[field].key, bytes, keyStart)) field = next[field];
        at++;
        if (bytes[at] <= 32) at = skipBlanks(bytes, at);
        if (bytes[at++] !== colon) return -1;
        if (bytes[at] <= 32) at = skipBlanks(bytes, at);
        pattern = patterns.learn(bytes, quoteAt, at, field, pattern);
      }

      const first = bytes[at];
      if (field < 0) {
        if (first === quote) {
          at++;
          while (skip[bytes[at]] === 0) at++;
          // Most strings end here; the others hold an escape or bytes beyond ASCII.
          if (bytes[at] === quote) at++;
          else at = skipStringRest(bytes, at);
        } else {
          at = skipValue(bytes, at);
        }
        if (at < 0) return -1;
      } else if (first === quote) {
        const valueStart = ++at;
        while (text[bytes[at]] === 0) at++;
        let isUnclean = 0;
        while (bytes[at] !== quote) {
          const kind = text[bytes[at]];
          if (kind !== 0 && kind !== 5) return -1;
          isUnclean |= kind;
          at++;
        }
        if (scanKinds[field] <= scanKind.name) {
          if (at - valueStart > maxTextBytes) return -1;
          starts[field] = valueStart;
          ends[field] = at;
          unclean[field] = isUnclean;
          if (isUnclean !== 0) anyUnclean = true;
        } else {
          if (scanKinds[field] !== scanKind.timestamp) return -1;
          const value = wholeNumber(bytes, valueStart, at);
          if (value < 0) return -1;
          numbers[field] = toSeconds(value);
        }
        at++;
      } else if (first >= zero && first < zero + 10) {
        const valueStart = at;
        while (bytes[at] >= zero && bytes[at] < zero + 10) at++;
        const value = wholeNumber(bytes, valueStart, at);
        if (value < 0 || (first === zero && at - valueStart > 1)) return -1;
        if (scanKinds[field] <= scanKind.name) {
          starts[field] = valueStart;
          ends[field] = at;
          unclean[field] = 0;
        } else if (scanKinds[field] === scanKind.timestamp) {
          numbers[field] = toSeconds(value);
        } else {
          const units = value * 10 ** fields[field].scale;
          if (!Number.isSafeInteger(units)) return -1;
          numbers[field] = units;
        }
      } else {
        // A fraction, a negative number, an object, an array: rare in a wanted field. true, false and null mean missing.
        if (first !== 110 && first !== 116 && first !== 102) return -1;
        at = skipValue(bytes, at);
        if (at < 0) return -1;
        starts[field] = ends[field] = 0;
        numbers[field] = NaN;
      }

      if (bytes[at] <= 32) at = skipBlanks(bytes, at);
      const after = bytes[at++];
      if (after === comma) continue;
      if (after === closeBrace) break;
      return -1;
    }
    if (bytes[at] !== newline) at = skipBlanks(bytes, at);
    if (bytes[at] !== newline) return -1;
    if (foreignSeen[0] === 1 && !isUtf8(bytes.subarray(start, at))) return -1;
    this.#view.bytes = anyUnclean ? this.#clean(bytes) : bytes;
    return at + 1;
  }

  /** Rewrites the text fields, cleaned, side by side; all of them are ASCII. */
  #clean(bytes: Uint8Array): Uint8Array {
    const { fields } = this.#layout;
    const { starts, ends } = this.#view;
    const cleaned = this.#cleaned;
    let to = 0;
    for (let field = 0; field < fields.length; field++) {
      let from = starts[field];
      let end = ends[field];
      if (from === end) continue;
      const begin = to;
      const lowers = fields[field].kind === 'text';
      if (this.#unclean[field] !== 0) {
        while (from < end && bytes[from] === 32) from++;
        while (end > from && bytes[end - 1] === 32) end--;
      }
      for (; from < end; from++) {
        const byte = bytes[from];
        if (lowers && byte === 32 && bytes[from - 1] === 32) continue;
        cleaned[to++] = lowers && byte >= 65 && byte <= 90 ? byte + 32 : byte;
      }
      starts[field] = begin;
      ends[field] = to;
    }
    return cleaned;
  }
}

function equals(key: Uint8Array, bytes: Uint8Array, start: number): boolean {
  for (let i = 0; i < key.length; i++) if (key[i] !== bytes[start + i]) return false;
  return true;
}

/** The number that the digits spell, or -1 when there are none, too many, or something else among them. */
function wholeNumber(bytes: Uint8Array, start: number, end: number): number {
  if (start === end || end - start > exactDigits) return -1;
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = bytes[at] - zero;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

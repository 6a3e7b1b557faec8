import { blanks } from './blanks';
import { beginKeys, field, walkKey } from './key-patterns';
import { blockLines, cleaned, cleanedRoom, ends, factors, kinds, lineStarts, numbers, starts, unclean } from './layout';
import { number, walkDigits } from './numbers';
import { isUnclean, resetForeign, textStop } from './strings';
import { skipScalar, skipValue } from './values';

export { foreignSeen } from './strings';
export {
  blockLines,
  ends,
  factors,
  firstOfLength,
  input,
  keyRoom,
  keys,
  kinds,
  lineStarts,
  maxFields,
  memoryEnd,
  nextOfLength,
  numbers,
  starts,
} from './layout';

/*
 * The hot path of reading: walks each line's bytes once, checks that it is JSON and notes where the wanted fields lie.
 *
 * Why it is quick: it walks over strings 16 bytes at once and over expected keys 8 bytes at once; nothing is made for a line;
 * the bytes of a wanted field stay where they are unless cleaning changes them; the newline that ends every line is a control
 * character, which no walk passes, so that no loop asks where the input ends. Why it is safe: it vouches only for what it
 * understood to the last byte. Escapes in wanted fields, text beyond ASCII in them, numbers that are not short and whole,
 * deep nesting and whatever is not JSON are left to `parseLine` (libs/ingest/src), whose answer counts.
 */

/** Kinds of fields, as `scanKind` in libs/ingest/src numbers them. */
const text: u32 = 0;
const name: u32 = 1;
const timestamp: u32 = 2;

const quote: u32 = 34;
const comma: u32 = 44;
const openBrace: u32 = 123;
const closeBrace: u32 = 125;
const newline: u32 = 10;
const zero: u32 = 48;

const maxSafeInteger: f64 = 9007199254740991;

/** Of the line rules, as `begin` is told them. */
let maxTextBytes: u32 = 0;
let earliestTimestamp: f64 = 0;
let timestampBound: f64 = 0;
let millisecondsFrom: f64 = 0;

let fieldCount: u32 = 0;
let cleanedAt: u32 = 0;
let anyUnclean: bool = false;

/** Where the next line begins after a `scan`, and whether that line is one that the scanner does not vouch for. */
export let next: u32 = 0;
export let isRefused: bool = false;

/** To be called once, when the fields are described: how many there are, and the limits of the line rules. */
export function begin(fields: u32, textBytes: u32, earliest: f64, bound: f64, milliseconds: f64): void {
  fieldCount = fields;
  maxTextBytes = textBytes;
  earliestTimestamp = earliest;
  timestampBound = bound;
  millisecondsFrom = milliseconds;
}

/** Reads lines from `at` to `end`, which is behind a newline, into the block; gives how many. It stops at a full block and at a line that it does not vouch for. */
export function scan(at: u32, end: u32): u32 {
  // The text fields of one line still have room, however long they are.
  const lastCleaned = cleaned + cleanedRoom - fieldCount * maxTextBytes;
  let line: u32 = 0;
  resetForeign();
  cleanedAt = cleaned;
  isRefused = false;
  while (at < end && line < blockLines && cleanedAt <= lastCleaned) {
    store<u32>(lineStarts + line * 4, at);
    const after = scanLine(at, line * fieldCount);
    if (after == 0) {
      isRefused = true;
      break;
    }
    at = after;
    line++;
  }
  store<u32>(lineStarts + line * 4, at);
  next = at;
  return line;
}

/** Reads one line into the places from `row` on; gives where the next line begins, 0 for a line that it does not vouch for. */
function scanLine(start: u32, row: u32): u32 {
  forget(row);
  beginKeys();
  let at = blanks(start);
  if (load<u8>(at++) != openBrace) return 0;
  while (true) {
    at = walkKey(blanks(at));
    if (at == 0) return 0;
    at = field < 0 ? skipValue(at) : readValue(at, <u32>field, row + field);
    if (at == 0) return 0;
    at = blanks(at);
    const after = <u32>load<u8>(at++);
    if (after == comma) continue;
    if (after != closeBrace) return 0;
    break;
  }
  at = blanks(at);
  if (load<u8>(at) != newline) return 0;
  if (anyUnclean) clean(row);
  return at + 1;
}

function forget(row: u32): void {
  for (let place = row; place < row + fieldCount; place++) {
    store<u32>(starts + place * 4, 0);
    store<u32>(ends + place * 4, 0);
    store<f64>(numbers + place * 8, NaN);
  }
  anyUnclean = false;
}

function readValue(at: u32, field: u32, place: u32): u32 {
  const kind = <u32>load<u8>(kinds + field);
  const first = <u32>load<u8>(at);
  if (first == quote) return kind <= name ? readText(at + 1, field, place) : readQuotedTime(at + 1, kind, place);
  if (first - zero < 10) return readNumber(at, kind, field, place);
  // A fraction, a negative number, an object, an array: rare in a wanted field. true, false and null mean missing.
  if (first != 110 && first != 116 && first != 102) return 0;
  note(place, 0, 0, NaN);
  return skipScalar(at);
}

function readText(start: u32, field: u32, place: u32): u32 {
  const end = textStop(start);
  if (load<u8>(end) != quote || end - start > maxTextBytes) return 0;
  note(place, start, end, NaN);
  store<u8>(unclean + field, isUnclean);
  anyUnclean = anyUnclean || isUnclean;
  return end + 1;
}

function readQuotedTime(start: u32, kind: u32, place: u32): u32 {
  if (kind != timestamp) return 0;
  const end = walkDigits(start);
  if (load<u8>(end) != quote || isNaN(number)) return 0;
  note(place, 0, 0, toSeconds(number));
  return end + 1;
}

function readNumber(start: u32, kind: u32, field: u32, place: u32): u32 {
  const end = walkDigits(start);
  if (isNaN(number) || (load<u8>(start) == zero && end - start > 1)) return 0;
  if (kind <= name) {
    note(place, start, end, NaN);
    store<u8>(unclean + field, 0);
  } else if (kind == timestamp) {
    note(place, 0, 0, toSeconds(number));
  } else {
    const units = number * load<f64>(factors + field * 8);
    if (units > maxSafeInteger) return 0;
    note(place, 0, 0, units);
  }
  return end;
}

// @ts-ignore: decorator
@inline
function note(place: u32, start: u32, end: u32, value: f64): void {
  store<u32>(starts + place * 4, start);
  store<u32>(ends + place * 4, end);
  store<f64>(numbers + place * 8, value);
}

/** Seconds of a whole number of seconds or milliseconds; NaN outside 2000–2100. */
// @ts-ignore: decorator
@inline
function toSeconds(value: f64): f64 {
  const seconds = value >= millisecondsFrom ? Math.floor(value / 1000) : value;
  return seconds >= earliestTimestamp && seconds < timestampBound ? seconds : NaN;
}

/** Writes the text fields that hold something to clean anew, cleaned; all of them are ASCII. */
function clean(row: u32): void {
  for (let field: u32 = 0; field < fieldCount; field++) {
    const place = (row + field) * 4;
    let from = load<u32>(starts + place);
    let end = load<u32>(ends + place);
    if (from == end || load<u8>(unclean + field) == 0) continue;
    const isText = load<u8>(kinds + field) == text;
    while (from < end && load<u8>(from) == 32) from++;
    while (end > from && load<u8>(end - 1) == 32) end--;
    store<u32>(starts + place, cleanedAt);
    for (; from < end; from++) {
      const byte = <u32>load<u8>(from);
      if (isText && byte == 32 && load<u8>(from - 1) == 32) continue;
      store<u8>(cleanedAt++, isText && byte - 65 < 26 ? byte + 32 : byte);
    }
    store<u32>(ends + place, cleanedAt);
  }
}

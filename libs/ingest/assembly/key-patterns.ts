import { blanks } from './blanks';
import { firstOfLength, keyRoom, keys, mostPatterns, nextOfLength, patternRoom, patterns } from './layout';
import { stringStop } from './strings';

/*
 * What the keys of earlier lines looked like, from the opening quote to the value, and which came after which. Lines of one
 * source have the same keys in nearly the same order, so that comparing with the expected bytes replaces finding the
 * key's end, its field, the colon and the blanks around it. Whatever is remembered was checked when it was first met.
 *
 * A pattern is 64 bytes (padded with zeros), a mask for its last, partial 8 bytes (u64), the length of its whole 8 bytes
 * (u8), its length (u8), its field (i16, -1 for a key that nobody wants) and the patterns that followed it (4 × u8, 0 for
 * none). Pattern 0 is the beginning of the line.
 */
const longest: u32 = 64;
const maskAt: u32 = 64;
const wholeAt: u32 = 72;
const lengthAt: u32 = 73;
const fieldAt: u32 = 74;
const followersAt: u32 = 76;
/** Keys that may follow a key and are remembered: more than a handful is a line without a fixed order. */
const followers: u32 = 4;

const quote: u32 = 34;
const colon: u32 = 58;

let count: u32 = 0;

/** The pattern of the key that was last walked over, and its field. */
export let pattern: u32 = 0;
export let field: i32 = -1;

/** Forgets which key was last: a line begins. */
export function beginKeys(): void {
  pattern = 0;
}

/** Walks over the key at `at`, its colon and the blanks around it; 0 where that is no plain key of ASCII without escapes. */
// @ts-ignore: decorator
@inline
export function walkKey(at: u32): u32 {
  const followersOf = patterns + pattern * patternRoom + followersAt;
  for (let i: u32 = 0; i < followers; i++) {
    const follower = <u32>load<u8>(followersOf + i);
    if (follower == 0) break;
    const place = patterns + follower * patternRoom;
    const whole = <u32>load<u8>(place, wholeAt);
    let k: u32 = 0;
    while (k < whole && load<u64>(at + k) == load<u64>(place + k)) k += 8;
    if (k == whole && ((load<u64>(at + k) ^ load<u64>(place + k)) & load<u64>(place, maskAt)) == 0) {
      pattern = follower;
      field = load<i16>(place, fieldAt);
      return at + load<u8>(place, lengthAt);
    }
  }
  return walkNewKey(at);
}

function walkNewKey(start: u32): u32 {
  if (load<u8>(start) != quote) return 0;
  let at = stringStop(start + 1);
  if (load<u8>(at) != quote) return 0;
  field = fieldOf(start + 1, at - start - 1);
  at = blanks(at + 1);
  if (load<u8>(at) != colon) return 0;
  at = blanks(at + 1);
  pattern = learn(start, at - start);
  return at;
}

function fieldOf(key: u32, length: u32): i32 {
  if (length >= keyRoom) return -1;
  let found: i32 = load<i16>(firstOfLength + length * 2);
  while (found >= 0 && memory.compare(key, keys + <u32>found * keyRoom, length) != 0) {
    found = load<i16>(nextOfLength + <u32>found * 2);
  }
  return found;
}

/** Remembers that the key of `field` which lies at `start` followed the last one; gives its pattern, 0 when there is no room. */
function learn(start: u32, length: u32): u32 {
  const followersOf = patterns + pattern * patternRoom + followersAt;
  let free: u32 = 0;
  while (free < followers && load<u8>(followersOf + free) != 0) free++;
  if (free == followers || length > longest - 8) return 0;
  const learned = patternOf(start, length);
  if (learned != 0) store<u8>(followersOf + free, learned);
  return learned;
}

function patternOf(start: u32, length: u32): u32 {
  for (let known: u32 = 1; known <= count; known++) {
    const place = patterns + known * patternRoom;
    if (load<u8>(place, lengthAt) == length && memory.compare(place, start, length) == 0) return known;
  }
  if (count == mostPatterns) return 0;
  const place = patterns + ++count * patternRoom;
  memory.copy(place, start, length);
  store<u64>(place, (<u64>1 << ((length & 7) * 8)) - 1, maskAt);
  store<u8>(place, length & ~7, wholeAt);
  store<u8>(place, length, lengthAt);
  store<i16>(place, field, fieldAt);
  return count;
}

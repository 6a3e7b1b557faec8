export const longestPattern = 64;
const longestWords = longestPattern / 4;
const mostPatterns = 255;
/** Keys that may follow a key and are remembered: more than a handful is a line without a fixed order. */
const followers = 4;

/**
 * What the keys of earlier lines looked like, from the opening quote to the value, and which came after which. Lines of one
 * source have the same keys in nearly the same order, so that comparing with the expected bytes replaces finding the
 * key's end, its field, the colon and the blanks around it. Whatever is remembered was checked when it was first met.
 */
export class KeyPatterns {
  /** Each pattern in 32-bit words as they lie in memory; the last one is padded with zeros. */
  readonly #words = new Uint32Array((mostPatterns + 1) * longestWords);
  readonly #lengths = new Uint8Array(mostPatterns + 1);
  readonly #fields = new Int16Array(mostPatterns + 1);
  /** For each pattern (0: the line's beginning) the patterns that followed it, 0 for none. */
  readonly #next = new Uint8Array((mostPatterns + 1) * followers);
  #count = 0;

  /**
   * The pattern at `at` among those that followed `after`, or 0. Four bytes are compared at once: `view` shows the bytes, of
   * which at least `longestPattern` must follow.
   */
  match(view: DataView, at: number, after: number): number {
    const next = this.#next;
    const words = this.#words;
    for (let place = after * followers, end = place + followers; place < end; place++) {
      const pattern = next[place];
      if (pattern === 0) return 0;
      const length = this.#lengths[pattern];
      const whole = length >> 2;
      let word = pattern * longestWords;
      let i = 0;
      while (i < whole && view.getUint32(at + i * 4, true) === words[word]) {
        i++;
        word++;
      }
      if (i === whole) {
        const rest = (length & 3) * 8;
        if (rest === 0 || ((view.getUint32(at + i * 4, true) ^ words[word]) & ((1 << rest) - 1)) === 0) return pattern;
      }
    }
    return 0;
  }

  lengthOf(pattern: number): number {
    return this.#lengths[pattern];
  }

  /** The field of the pattern's key, -1 for one that nobody wants. */
  fieldOf(pattern: number): number {
    return this.#fields[pattern];
  }

  /** Remembers that bytes[start, end), a key of this field with its colon and blanks, followed `after`; gives its pattern, 0 when there is no room. */
  learn(bytes: Uint8Array, start: number, end: number, field: number, after: number): number {
    const place = this.#next.subarray(after * followers, (after + 1) * followers).indexOf(0);
    if (place < 0 || end - start > longestPattern) return 0;
    const pattern = this.#patternOf(bytes.subarray(start, end), field);
    this.#next[after * followers + place] = pattern;
    return pattern;
  }

  #patternOf(key: Uint8Array, field: number): number {
    for (let pattern = 1; pattern <= this.#count; pattern++) {
      if (this.#lengths[pattern] === key.length && key.every((byte, i) => byte === this.#byte(pattern, i))) return pattern;
    }
    if (this.#count === mostPatterns) return 0;
    const pattern = ++this.#count;
    key.forEach((byte, i) => (this.#words[pattern * longestWords + (i >> 2)] |= byte << ((i & 3) * 8)));
    this.#lengths[pattern] = key.length;
    this.#fields[pattern] = field;
    return pattern;
  }

  #byte(pattern: number, place: number): number {
    return (this.#words[pattern * longestWords + (place >> 2)] >>> ((place & 3) * 8)) & 0xff;
  }
}

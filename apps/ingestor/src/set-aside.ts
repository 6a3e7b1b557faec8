import type { FileNotice } from './notice.ts';

interface Waiting {
  readonly notice: FileNotice;
  readonly tries: number;
  readonly notBefore: number;
}

const first = 60;
const longest = 86_400;

/** Files that could not be had, or were named ahead of time: each is tried again after a minute, then two, four, … up to a day. */
export class SetAside {
  readonly #waiting = new Map<string, Waiting>();

  /** `elapsed` in seconds. */
  put(notice: FileNotice, elapsed: number): void {
    const name = nameOf(notice);
    const tries = (this.#waiting.get(name)?.tries ?? 0) + 1;
    this.#waiting.set(name, { notice, tries, notBefore: elapsed + Math.min(longest, first * 2 ** (tries - 1)) });
  }

  remove(notice: FileNotice): void {
    this.#waiting.delete(nameOf(notice));
  }

  due(elapsed: number): FileNotice[] {
    return [...this.#waiting.values()].filter(({ notBefore }) => notBefore <= elapsed).map(({ notice }) => notice);
  }
}

const nameOf = ({ bucket, key }: FileNotice): string => `${bucket}/${key}`;

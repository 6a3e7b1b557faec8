import { createHash } from 'node:crypto';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

const fourHexDigits = Array.from({ length: 0x10000 }, (_, n) => n.toString(16).padStart(4, '0'));

/** Random numbers that depend on a seed and a name alone: each file and each population has a sequence of its own. */
export class Random {
  readonly #generator: RandomGenerator;

  constructor(seed: number, name: string) {
    const digest = createHash('sha256').update(`${seed} ${name}`).digest();
    this.#generator = xoroshiro128plusFromState([0, 4, 8, 12].map((at) => digest.readInt32LE(at)));
  }

  /** In [0, 1). */
  fraction(): number {
    return (this.#generator.next() >>> 0) / 0x1_0000_0000;
  }

  /** A whole number in [0, bound). */
  below(bound: number): number {
    return Math.floor(this.fraction() * bound);
  }

  chance(share: number): boolean {
    return this.fraction() < share;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  exponential(mean: number): number {
    return -mean * Math.log(1 - this.fraction());
  }

  uuid(): string {
    const [a, b] = this.#hex();
    const [c, d] = this.#hex();
    const [e, f] = this.#hex();
    const [g, h] = this.#hex();
    return `${a}${b}-${c}-4${d.slice(1)}-a${e.slice(1)}-${f}${g}${h}`;
  }

  #hex(): [string, string] {
    const bits = this.#generator.next();
    return [fourHexDigits[bits >>> 16]!, fourHexDigits[bits & 0xffff]!];
  }
}

import { createHash } from 'node:crypto';

/** Random numbers that depend on a seed and a name alone: what one part draws does not move what another draws. */
export class Random {
  readonly #seed: string;
  #drawn = 0;

  constructor(seed: number, name: string) {
    this.#seed = `${seed} ${name}`;
  }

  /** In [0, 1). */
  fraction(): number {
    const digest = createHash('sha256').update(`${this.#seed} ${this.#drawn++}`).digest();
    return digest.readUInt32LE() / 0x1_0000_0000;
  }

  between(from: number, to: number): number {
    return from + this.fraction() * (to - from);
  }

  /** A whole number in [0, bound). */
  below(bound: number): number {
    return Math.floor(this.fraction() * bound);
  }

  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new Error('random: there is nothing to pick from');
    return items[this.below(items.length)]!;
  }
}

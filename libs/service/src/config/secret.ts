import { inspect } from 'node:util';

const hidden = '***';

/** A password or key: whatever prints it, logs it or turns it into JSON shows `***`. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return hidden;
  }

  toJSON(): string {
    return hidden;
  }

  [inspect.custom](): string {
    return hidden;
  }
}

/** The same settings with plain texts in place of secrets. */
export type Revealed<T> = T extends Secret ? string : T extends object ? { [K in keyof T]: Revealed<T[K]> } : T;

/** For the one place where an adapter takes a group of settings: `new Adapter(revealed(config.kafka))`. */
export function revealed<T>(settings: T): Revealed<T> {
  return plain(settings) as Revealed<T>;
}

function plain(value: unknown): unknown {
  if (value instanceof Secret) return value.reveal();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
}

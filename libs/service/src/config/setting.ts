import type { z } from 'zod';

/** One environment variable: what it takes, and how its text becomes a value. */
export interface Setting<T> {
  readonly kind: 'setting';
  readonly name: string;
  /** One line on what it is for. */
  readonly about: string;
  /** What a good text is, so that `takes ${takes}` is a sentence. */
  readonly takes: string;
  /** As it would stand in the environment. A setting without one must be given, or is optional. */
  readonly default: string | undefined;
  readonly isOptional: boolean;
  /** Its text is never shown, and may come from the file that `NAME_FILE` names. */
  readonly isSecret: boolean;
  readonly schema: z.ZodType<T, string>;
}

/** Settings that make one value together. */
export interface Group<T> {
  readonly kind: 'group';
  readonly shape: Shape;
  readonly combine: (values: never, refuse: Refuse) => T;
}

/** Says what is wrong with a variable, given the others: `refuse('KAFKA_SSL_CA', 'needs KAFKA_SSL=true')`. */
export type Refuse = (name: string, why: string) => void;

export interface Shape {
  readonly [key: string]: Setting<unknown> | Group<unknown>;
}

/** What readConfig makes of a shape. */
export type ConfigOf<S extends Shape> = {
  readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : S[K] extends Group<infer T> ? T : never;
};

/**
 * Settings that belong together. `combine` makes the value that the program sees and refuses what does not fit together; it is
 * called when every setting by itself is good, and its value is not used when it refused anything.
 */
export const group = <S extends Shape, T>(shape: S, combine: (values: ConfigOf<S>, refuse: Refuse) => T): Group<T> => ({
  kind: 'group',
  shape,
  combine,
});

/** Refuses each of the variables that is missing while another is there. */
export function allOrNone(values: Readonly<Record<string, unknown>>, refuse: Refuse): void {
  const given = Object.keys(values).filter((name) => values[name] !== undefined);
  if (given.length === 0) return;
  for (const name of Object.keys(values)) {
    if (values[name] === undefined) refuse(name, `is missing, while ${given.join(' and ')} is given`);
  }
}

/** All settings of a shape, in its order. */
export function* settingsOf(shape: Shape): Generator<Setting<unknown>> {
  for (const part of Object.values(shape)) {
    if (part.kind === 'setting') yield part;
    else yield* settingsOf(part.shape);
  }
}

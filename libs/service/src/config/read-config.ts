import { ConfigError, type Problem } from './config-error.ts';
import { type Environment, givenText } from './given-text.ts';
import type { ConfigOf, Group, Setting, Shape } from './setting.ts';

/**
 * Reads the settings of a shape from an environment, usually `process.env`, once, whole and typed. Throws a ConfigError that
 * names every variable that is wrong or missing, not the first alone. Variables that the shape does not name are nobody's
 * business here; a variable that is empty counts as not given.
 */
export function readConfig<S extends Shape>(env: Environment, shape: S): ConfigOf<S> {
  const problems: Problem[] = [];
  const config = new Reading(env, problems).shape(shape);
  if (problems.length > 0) throw new ConfigError(problems);
  return config as ConfigOf<S>;
}

class Reading {
  readonly #env: Environment;
  readonly #problems: Problem[];

  constructor(env: Environment, problems: Problem[]) {
    this.#env = env;
    this.#problems = problems;
  }

  shape(shape: Shape): Readonly<Record<string, unknown>> {
    const values = Object.entries(shape).map(([key, part]) => [
      key,
      part.kind === 'setting' ? this.#setting(part) : this.#group(part),
    ]);
    return Object.fromEntries(values);
  }

  #group({ shape, combine }: Group<unknown>): unknown {
    const before = this.#problems.length;
    const values = this.shape(shape);
    if (this.#problems.length > before) return undefined;
    return combine(values as never, (name, why) => void this.#problems.push({ name, why }));
  }

  #setting(setting: Setting<unknown>): unknown {
    const given = givenText(this.#env, setting);
    if (typeof given === 'object') return void this.#problems.push(given);
    const { name, takes, schema, isOptional, isSecret } = setting;
    const text = given ?? setting.default;
    if (text === undefined) {
      if (!isOptional) this.#problems.push({ name, why: `is missing; it takes ${takes}` });
      return undefined;
    }
    const parsed = schema.safeParse(text);
    if (parsed.success) return parsed.data;
    return void this.#problems.push({ name, why: isSecret ? `takes ${takes}` : `takes ${takes}, not ${shown(text)}` });
  }
}

/** A value in a message: in quotes on one line, and what looks like the user and password of an address left out. */
const shown = (text: string): string => JSON.stringify(text.replace(/\/\/.*@/s, '//***@'));

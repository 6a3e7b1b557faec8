/** What is wrong with one environment variable. */
export interface Problem {
  readonly name: string;
  readonly why: string;
}

/** The environment does not fit: its message has a line for each variable, `GRACE: takes a duration …, not "abc"`. */
export class ConfigError extends Error {
  constructor(problems: readonly Problem[]) {
    super([...new Set(problems.map(({ name, why }) => `${name}: ${why}`))].join('\n'));
    this.name = 'ConfigError';
  }
}

import { parseArgs } from 'node:util';

export const scenarioNames = ['small', 'late', 'large', 'get', 'startup'] as const;
export type ScenarioName = (typeof scenarioNames)[number];

/** How much is measured. */
export interface Options {
  readonly only: readonly ScenarioName[];
  /** How often each contender runs; they take turns. */
  readonly pairs: number;
  readonly eventsPerFile: number;
  readonly gets: number;
  readonly starts: number;
}

export const usage = `npm run bench -- [--quick] [--pairs N] [--only ${scenarioNames.join('|')}]…

--quick   a tenth of the events, one pair: shows that everything runs, its figures mean little
--pairs   runs of each contender, taking turns (5; with --quick 1)
--only    this scenario only; may be given more than once`;

/** Reads the command line; throws a RangeError or a TypeError that says what is wrong with it. */
export function readOptions(args: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      pairs: { type: 'string' },
      only: { type: 'string', multiple: true },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const scale = values.quick ? 0.1 : 1;
  return {
    only: values.only?.map(scenarioNamed) ?? scenarioNames,
    pairs: values.pairs === undefined ? (values.quick ? 1 : 5) : atLeastOne(values.pairs),
    eventsPerFile: 300_000 * scale,
    gets: 100_000 * scale,
    starts: values.quick ? 3 : 20,
  };
}

function scenarioNamed(name: string): ScenarioName {
  const found = scenarioNames.find((known) => known === name);
  if (found === undefined) throw new RangeError(`--only takes ${scenarioNames.join(', ')}, not ${name}`);
  return found;
}

function atLeastOne(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new RangeError(`--pairs takes a whole number from 1 on, not ${text}`);
  return Number(text);
}

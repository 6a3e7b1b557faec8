import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measured, nodeProgram, type Program, type Run } from './child-run.ts';
import { neartimeBin } from './places.ts';
import { say } from './say.ts';

/** Who turns the raw files below `input` into Parquet below `output`/features_store. */
export interface Contender {
  readonly name: string;
  program(input: string, output: string): Program;
}

export const neartime: Contender = {
  name: 'neartime',
  program: (input, output) => nodeProgram(neartimeBin, 'backfill', '--in', input, '--out', output),
};

const duckdbScript = fileURLToPath(new URL('peers/duckdb.ts', import.meta.url));

export const duckdb: Contender = {
  name: 'DuckDB SQL',
  program: (input, output) => nodeProgram(duckdbScript, input, output),
};

export const outputOf = (folder: string, { name }: Contender): string => join(folder, name);

/**
 * Lets the contenders run by turns, `pairs` times each, in an order that turns round from pair to pair. What each wrote
 * last is in its `outputOf` afterwards.
 */
export async function byTurns<C extends Contender>(
  contenders: readonly C[],
  options: { readonly pairs: number; readonly input: (contender: C) => string; readonly folder: string },
): Promise<Map<C, Run[]>> {
  const runs = new Map(contenders.map((contender) => [contender, [] as Run[]]));
  for (let pair = 0; pair < options.pairs; pair++) {
    for (const contender of pair % 2 === 0 ? contenders : contenders.toReversed()) {
      const output = outputOf(options.folder, contender);
      await rm(output, { recursive: true, force: true });
      const run = await measured(contender.program(options.input(contender), output));
      say(`${contender.name}, ${pair + 1} of ${options.pairs}: ${run.wallSeconds.toFixed(2)} s`);
      runs.get(contender)!.push(run);
    }
  }
  return runs;
}

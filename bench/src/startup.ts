import { measured, nodeProgram, type Run } from './child-run.ts';
import { medianRun } from './figures.ts';
import type { Options } from './options.ts';
import { neartimeBin } from './places.ts';
import { type Findings, type Line, runLine } from './report.ts';

const mostSeconds = 0.3;

/** How long the command line takes to answer when it has nothing to do. */
export async function startup({ starts }: Options): Promise<Findings> {
  const runs: Record<string, Run[]> = { '--help': [], features: [] };
  for (let n = 0; n < starts; n++) {
    for (const [argument, all] of Object.entries(runs)) all.push(await measured(nodeProgram(neartimeBin, argument)));
  }
  const lines = Object.entries(runs).map(([argument, all]): Line => {
    const run = medianRun(all);
    return {
      ...runLine(`startup, neartime ${argument}`, run),
      asked: `wall < ${mostSeconds} s`,
      met: run.wallSeconds < mostSeconds,
    };
  });
  return { lines, measured: runs };
}

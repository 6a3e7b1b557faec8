import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { median } from '../figures.ts';
import { say } from '../say.ts';
import type { Figures } from './timed.ts';

/** A program in `contenders/` and what it is told. */
export interface Contender {
  readonly name: string;
  readonly script: string;
  /** Told as JSON, a new one for each run. */
  readonly told: (run: number) => object;
}

/** Lets contenders run in child processes by turns, in an order that turns round from pair to pair. */
export async function byTurns(contenders: readonly Contender[], pairs: number): Promise<Map<Contender, Figures[]>> {
  const all = new Map(contenders.map((contender) => [contender, [] as Figures[]]));
  for (let run = 0; run < pairs; run++) {
    for (const contender of run % 2 === 0 ? contenders : contenders.toReversed()) {
      const figures = await runOnce(contender, run);
      say(`${contender.name}, ${run + 1} of ${pairs}: ${rateText(figures)}, ${figures.cpuSeconds.toFixed(2)} s of CPU`);
      all.get(contender)!.push(figures);
    }
  }
  return all;
}

/** Runs a contender in a process of its own. Throws, with what it said last, when it fails. */
export async function runOnce({ script, told }: Contender, run: number): Promise<Figures> {
  const path = fileURLToPath(new URL(`contenders/${script}.ts`, import.meta.url));
  // As the image of the services starts them.
  const flags = [
    '--max-semi-space-size=4',
    '--disable-warning=ExperimentalWarning',
    '--disable-warning=TimeoutNegativeWarning',
  ];
  const profiling = process.env['BENCH_CPU_PROF']
    ? ['--cpu-prof', `--cpu-prof-dir=${process.env['BENCH_CPU_PROF']}`]
    : [];
  const child = spawn(process.execPath, [...flags, ...profiling, path, JSON.stringify(told(run))], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, said] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4000)));
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.once('error', reject);
  child.once('close', (code, signal) => {
    if (code === 0) resolve();
    else reject(new Error(`bench: ${script} ended with ${code ?? signal}: ${said.trim()}`));
  });
  await promise;
  return JSON.parse(out) as Figures;
}

export const rateOf = ({ count, seconds }: Figures): number => count / seconds;
export const rateText = (figures: Figures): string => `${thousands(rateOf(figures))}/s`;
export const thousands = (number: number): string => `${Math.round(number / 1000).toLocaleString('en')} k`;

/** The median of each figure by itself. */
export const medianFigures = (runs: readonly Figures[]): Figures => ({
  seconds: median(runs.map((run) => run.seconds)),
  cpuSeconds: median(runs.map((run) => run.cpuSeconds)),
  peakMegabytes: median(runs.map((run) => run.peakMegabytes)),
  count: runs[0]!.count,
});

/** How many times as fast as the other, run by run: those that took turns met the same machine. */
export const speedRatio = (runs: readonly Figures[], others: readonly Figures[]): number =>
  median(runs.map((run, i) => rateOf(run) / rateOf(others[i]!)));

/** The same by the CPU that a unit of work took. */
export const cpuRatio = (runs: readonly Figures[], others: readonly Figures[]): number =>
  median(runs.map((run, i) => others[i]!.cpuSeconds / others[i]!.count / (run.cpuSeconds / run.count)));

/**
 * Compares the encoders: `node libs/parquet/bench/compare.ts [rounds]`. Every figure is the median over rounds that
 * alternate between the contenders, each run in a process of its own: the first encoding of a fresh process, the median
 * of those that follow it, the bytes of the file, and the peak memory beyond what the rows themselves take.
 */
import { execFileSync } from 'node:child_process';
import { contenders } from './contenders.ts';
import { SamplePart } from './sample-part.ts';

interface Run {
  readonly firstMs: number;
  readonly nextMs: number;
  readonly bytes: number;
  readonly peakMiB: number;
}

const sizes = [61_000, 244_000, 1_000_000];
const mostEncodings = 10;
const enoughMs = 3000;

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1];
const peakMiB = (): number => process.resourceUsage().maxRSS / 1024;

async function run(name: string, rows: number): Promise<Run> {
  const encode = contenders[name](new SamplePart(rows));
  const before = peakMiB();
  const times: number[] = [];
  let bytes = 0;
  for (let spent = 0; times.length < 2 || (times.length < mostEncodings && spent < enoughMs); spent += times.at(-1)!) {
    const start = performance.now();
    bytes = (await encode()).length;
    times.push(performance.now() - start);
  }
  return { firstMs: times[0], nextMs: median(times.slice(1)), bytes, peakMiB: peakMiB() - before };
}

function compare(rounds: number): void {
  for (const rows of sizes) {
    const runs: Record<string, Run[]> = {};
    for (let round = 0; round < rounds; round++) {
      for (const name of Object.keys(contenders)) {
        const answer = execFileSync(process.execPath, [import.meta.filename, name, String(rows)], { encoding: 'utf8' });
        (runs[name] ??= []).push(JSON.parse(answer) as Run);
      }
    }
    console.log(`\n${rows.toLocaleString('en')} rows`);
    console.table(Object.fromEntries(Object.entries(runs).map(([name, all]) => [name, lineOf(rows, all)])));
  }
}

function lineOf(rows: number, runs: readonly Run[]) {
  const of = (pick: (run: Run) => number) => median(runs.map(pick));
  return {
    'first, ms': Math.round(of(({ firstMs }) => firstMs)),
    'next, ms': Math.round(of(({ nextMs }) => nextMs)),
    'M rows/s': Number((rows / of(({ nextMs }) => nextMs) / 1000).toFixed(2)),
    MB: Number((of(({ bytes }) => bytes) / 1e6).toFixed(2)),
    'peak, MiB': Math.round(of(({ peakMiB }) => peakMiB)),
  };
}

const [first, rows] = process.argv.slice(2);
if (rows) console.log(JSON.stringify(await run(first, Number(rows))));
else compare(Number(first ?? 5));

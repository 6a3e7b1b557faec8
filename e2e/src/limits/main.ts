import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Figures } from './measuring.ts';

/*
 * `npm run limits [-- --quick]`: how far things go, by the services' own code over stores in memory, and by `neartime backfill`.
 * Prints a table; docs/limits.md keeps one, with what bounds each. Quickly it takes a tenth or less of each.
 */

const usage = `npm run limits -- [--quick]

Measures how far things go: millions of keys, a line of 2 GB, 100,000 files. Takes many minutes and up to 2 GB of memory; with
--quick a tenth or less of each.`;

function flags(): { readonly quick?: boolean | undefined; readonly help?: boolean | undefined } {
  try {
    return parseArgs({ options: { quick: { type: 'boolean' }, help: { type: 'boolean' } } }).values;
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    process.exit(2);
  }
}

const { quick: isQuick, help } = flags();
if (help) {
  console.log(usage);
  process.exit(0);
}
const of = (whole: number, quick: number): string => String(isQuick ? quick : whole);
const folder = mkdtempSync(join(tmpdir(), 'neartime-limits-'));
const rows = join(folder, 'rows');

const programs: readonly (readonly [what: string, program: string, ...given: string[]])[] = [
  ['events of one id, one partition', 'open-keys', of(5_000_000, 200_000), '1'],
  ['open keys, one partition', 'open-keys', of(1_000_000, 50_000), of(1_000_000, 50_000)],
  ['open keys, one partition', 'open-keys', of(5_000_000, 200_000), of(5_000_000, 200_000), rows],
  ['… collected by the store writer', 'writer-rows', rows],
  ['sources in one partition, silent', 'sources', of(1_000, 100)],
  ['sources in one partition, silent', 'sources', of(10_000, 1_000)],
  ['megabytes of one line', 'long-line', of(2_048, 64)],
  ['files of one event', 'tiny-files', of(100_000, 1_000)],
];

console.log('| | | |\n|---|---:|---|');
for (const [what, program, ...given] of programs) {
  const script = new URL(`${program}.ts`, import.meta.url).pathname;
  const output = execFileSync(process.execPath, ['--disable-warning=ExperimentalWarning', script, ...given], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const figures = JSON.parse(output) as Figures;
  const told = Object.entries(figures).map(([name, figure]) => `${name}: ${figure}`);
  const size = program === 'writer-rows' ? '' : Number(given[0]).toLocaleString('en');
  console.log(`| ${what} | ${size} | ${told.join('; ')} |`);
}
rmSync(folder, { recursive: true });
console.log(`\n${cpus().length} CPUs (${cpus()[0]?.model}); load ${loadavg()[0]?.toFixed(1)}`);

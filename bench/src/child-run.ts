import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What one run of a program took, from its start to its end. */
export interface Run {
  readonly wallSeconds: number;
  /** User and system, all threads. */
  readonly cpuSeconds: number;
  /** The most that was resident at once, in MiB. */
  readonly peakMegabytes: number;
}

/** A program that leaves its cpuSeconds and peakMegabytes in the file that BENCH_USAGE names. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
}

const reportUsage = new URL('report-usage.ts', import.meta.url).href;

/** A script under this very Node. */
export const nodeProgram = (script: string, ...args: readonly string[]): Program => ({
  command: process.execPath,
  args: ['--disable-warning=ExperimentalWarning', '--import', reportUsage, script, ...args],
});

/** Runs a program alone and measures it. Throws, with what it said last, when it fails. */
export async function measured({ command, args }: Program): Promise<Run> {
  const folder = await mkdtemp(join(tmpdir(), 'neartime-bench-usage-'));
  const usage = join(folder, 'usage.json');
  try {
    const wallSeconds = await wallOf(command, args, usage);
    return { wallSeconds, ...(JSON.parse(await readFile(usage, 'utf8')) as Omit<Run, 'wallSeconds'>) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function wallOf(command: string, args: readonly string[], usage: string): Promise<number> {
  const start = performance.now();
  const child = spawn(command, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, BENCH_USAGE: usage },
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2_000)));
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.once('error', reject);
  child.once('close', (code, signal) => {
    if (code === 0) resolve((performance.now() - start) / 1_000);
    else reject(new Error(`bench: ${command} ${args.join(' ')} ended with ${code ?? signal}: ${said.trim()}`));
  });
  return promise;
}

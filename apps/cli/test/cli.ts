import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';

const bin = join(import.meta.dirname, '../bin/neartime.mjs');

/** What a run of the CLI left: its exit code (or the signal that ended it) and what it printed. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A run of the CLI that may still go on. */
export interface Running {
  readonly child: ChildProcess;
  /** The lines that it has printed so far. */
  readonly lines: readonly string[];
  readonly ended: Promise<Ended>;
}

/** Where, as whom and with which variables a process runs, and an open file to which its output goes instead of to `lines`. */
export interface Surroundings {
  readonly cwd?: string;
  readonly uid?: number;
  /** Beside the variables of this process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly stdout?: number;
}

/** Starts the CLI as a process of its own, as the operating system would. */
export const start = (args: readonly string[], surroundings: Surroundings = {}): Running =>
  startProgram(process.execPath, [bin, ...args], surroundings);

/** Starts any program, such as npm. */
export function startProgram(
  program: string,
  args: readonly string[],
  { stdout, env, ...surroundings }: Surroundings = {},
): Running {
  const child = spawn(program, args, {
    ...{ stdio: ['ignore', stdout ?? 'pipe', 'pipe'], ...surroundings },
    ...(env && { env: { ...process.env, ...env } }),
  });
  const lines: string[] = [];
  if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  const stderr = text(child.stderr!);
  const ended = once(child, 'close').then(async ([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
    stdout: lines.map((line) => `${line}\n`).join(''),
    stderr: await stderr,
  }));
  return { child, lines, ended };
}

/** Runs the CLI to its end. */
export const neartime = (...args: readonly string[]): Promise<Ended> => start(args).ended;

/** Runs a command that must succeed, with `--json`, and gives what it says. */
export async function answer<T>(...args: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await neartime(...args, '--json');
  if (code !== 0) throw new Error(`neartime ${args.join(' ')} ended with ${code}: ${stderr}${stdout}`);
  return JSON.parse(stdout) as T;
}

/** Kills a run without a warning after so many milliseconds; whether it was still there to be killed. */
export async function killAfter({ child, ended }: Running, milliseconds: number): Promise<boolean> {
  const timer = setTimeout(() => child.kill('SIGKILL'), milliseconds);
  const { signal } = await ended;
  clearTimeout(timer);
  return signal === 'SIGKILL';
}

/** Asks again and again until the answer is one; fails, saying for what it waited, when that takes too long. */
export async function until<T>(
  what: string,
  ask: () => T | undefined | Promise<T | undefined>,
  { milliseconds = 20_000, every = 50 } = {},
): Promise<T> {
  for (const end = Date.now() + milliseconds; Date.now() < end;) {
    const found = await ask();
    if (found !== undefined) return found;
    await new Promise((resume) => setTimeout(resume, every));
  }
  throw new Error(`waited ${milliseconds} ms for ${what}`);
}

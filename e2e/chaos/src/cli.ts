import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

const bin = fileURLToPath(new URL('../../../apps/cli/bin/neartime.mjs', import.meta.url));

export interface CommandResult {
  readonly code: number;
  readonly output: string;
}

/** Runs `neartime` to its end, while everything else goes on: the lines to the servers lead through this process. */
export async function neartime(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  try {
    const options = { env: { ...process.env, ...env }, maxBuffer: 1e9 };
    const { stdout, stderr } = await run(process.execPath, [bin, ...args], options);
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { code?: unknown; stdout?: string; stderr?: string };
    // A text for a program that was not even started.
    if (typeof code !== 'number') throw error;
    return { code, output: stdout + stderr };
  }
}

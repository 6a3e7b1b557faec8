import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const olderVersions = "{ ...process.versions, node: '20.9.0' }";
const olderNode = `data:text/javascript,Object.defineProperty(process, 'versions', { value: ${olderVersions} })`;

/** What stands in for the CLI: does what its arguments say, and says who it is when it is ready. */
const main = `
  const [what, value]: string[] = process.argv.slice(2);
  process.emitWarning('of node:sqlite', 'ExperimentalWarning');
  if (what === 'exit') process.exitCode = Number(value);
  if (what === 'wait') setInterval(() => {}, 1_000_000);
  if (what === 'handle') {
    setInterval(() => {}, 1_000_000);
    process.on(value, () => { console.log(value); setTimeout(() => process.exit(3), 200); });
  }
  console.log(JSON.stringify({ pid: process.pid, ppid: process.ppid, arguments: process.argv.slice(2) }));`;

let workspace = '';
let launcher = '';

beforeAll(() => {
  workspace = mkdtempSync(join(tmpdir(), 'neartime-launcher-'));
  const cli = join(workspace, 'apps/cli');
  cpSync(join(root, 'apps/cli/bin'), join(cli, 'bin'), { recursive: true });
  mkdirSync(join(cli, 'src'));
  writeFileSync(join(cli, 'src/main.ts'), main);
  writeFileSync(join(workspace, 'package.json'), '{ "type": "module" }');
  mkdirSync(join(workspace, 'node_modules/node/bin'), { recursive: true });
  symlinkSync(process.execPath, join(workspace, 'node_modules/node/bin/node'));
  launcher = join(cli, 'bin/neartime.mjs');
});
afterAll(() => rmSync(workspace, { recursive: true, force: true }));

describe.each([
  ['a new Node', [] as string[]],
  ['an old Node', ['--import', olderNode]],
])('under %s', (_, nodeOptions) => {
  const isOld = nodeOptions.length > 0;

  async function started(
    ...args: string[]
  ): Promise<{ child: ChildProcess; cli: number; lines: string[]; ended: Promise<unknown[]> }> {
    const child = spawn(process.execPath, [...nodeOptions, launcher, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'close');
    const lines: string[] = [];
    const reader = createInterface({ input: child.stdout });
    const [first] = (await once(reader, 'line')) as [string];
    reader.on('line', (line) => lines.push(line));
    const { pid } = JSON.parse(first) as { pid: number };
    return { child, cli: pid, lines, ended };
  }

  it('runs the CLI, here or in a child, with its arguments and without experimental warnings', () => {
    const { pid, status, stdout, stderr } = spawnSync(process.execPath, [...nodeOptions, launcher, 'a b', '--c'], {
      encoding: 'utf8',
    });
    const cli = JSON.parse(stdout) as { pid: number; ppid: number; arguments: string[] };
    expect(cli.arguments).toEqual(['a b', '--c']);
    expect(isOld ? cli.ppid : cli.pid).toBe(pid);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('ends with the exit code of the CLI', () => {
    expect(spawnSync(process.execPath, [...nodeOptions, launcher, 'exit', '7']).status).toBe(7);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('gives the CLI a %s once', async (signal) => {
    const { child, lines, ended } = await started('handle', signal);
    child.kill(signal);
    expect(await ended).toEqual([3, null]);
    expect(lines).toEqual([signal]);
  });

  it('dies of the signal that the CLI died of', async () => {
    const { cli, ended } = await started('wait');
    process.kill(cli, 'SIGKILL');
    expect(await ended).toEqual([null, 'SIGKILL']);
  });

  it('takes the CLI with it when it is killed', async () => {
    const { child, lines, ended } = await started('handle', 'SIGTERM');
    child.kill('SIGKILL');
    // The pipe closes when its last writer, the CLI, has ended.
    await ended;
    expect(lines).toEqual(isOld ? ['SIGTERM'] : []);
  });
});

it('says in one line what to do when there is no Node 24', () => {
  const alone = mkdtempSync(join(tmpdir(), 'neartime-alone-'));
  cpSync(join(workspace, 'apps'), join(alone, 'apps'), { recursive: true });
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--import', olderNode, join(alone, 'apps/cli/bin/neartime.mjs')],
    {
      encoding: 'utf8',
    },
  );
  rmSync(alone, { recursive: true });
  expect(stderr).toMatch(/^neartime: needs Node 24; .* run `npm rebuild node --ignore-scripts=false` in .*\n$/);
  expect(status).toBe(1);
});

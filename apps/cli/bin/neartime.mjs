#!/usr/bin/env node
// Starts the CLI under Node 24, whichever Node the shell has: in this process when that is new enough, else as a child
// under the Node that the workspace brings along. Plain JavaScript, so that every Node from 20 on can read it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keepCompiled } from './compile-cache.mjs';

const workspace = fileURLToPath(new URL('../../../', import.meta.url));

if (Number.parseInt(process.versions.node, 10) >= 24) await runHere();
else runUnder(bundledNode());

async function runHere() {
  const { emitWarning } = process;
  process.emitWarning = (warning, ...options) => {
    const type = options[0]?.type ?? options[0];
    if (type !== 'ExperimentalWarning') emitWarning.call(process, warning, ...options);
  };
  if (process.connected) endWithStarter();
  keepCompiled();
  await import('../src/main.ts');
}

/** A starter that was killed cannot say so, but its channel closes: then this ends as on a SIGTERM. */
function endWithStarter() {
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel.unref();
}

function runUnder(node) {
  // Once: a starter under a Node that is itself too old must not start another, and that one another.
  if (process.env.NEARTIME_STARTED) fail(`so is the one that it brings along (${process.execPath})`);
  const argv = ['--disable-warning=ExperimentalWarning', fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  const child = spawn(node, argv, {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, NEARTIME_STARTED: '1' },
  });
  const hasTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  const forward = (signal) => child.kill(signal);
  // A terminal sends Ctrl-C to the child as well, which must get it once.
  process.on('SIGINT', hasTerminal ? () => {} : forward);
  process.on('SIGTERM', forward);
  child.once('error', ({ message }) => fail(`the one that it brings along does not start (${message})`));
  child.once('exit', (code, signal) => {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

function bundledNode() {
  const path = join(workspace, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  return existsSync(path) ? path : fail('the one that it brings along is not installed');
}

function fail(reason) {
  const remedy = `run \`npm rebuild node --ignore-scripts=false\` in ${workspace}`;
  console.error(`neartime: needs Node 24; this is ${process.version}, and ${reason}: ${remedy}`);
  process.exit(1);
}

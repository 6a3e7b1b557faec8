import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadavg } from 'node:os';
import { machine } from '../machine.ts';
import { resultsFolder } from '../places.ts';
import { tableOf } from '../report.ts';
import { say } from '../say.ts';
import { type Options, type ScenarioName, readOptions, usage } from './options.ts';
import { type Findings, ingest, process as processing, restart, scale, shared, write } from './scenarios.ts';
import { requireServers } from './servers.ts';

const scenarios: { readonly [name in ScenarioName]: (options: Options) => Promise<Findings> } = {
  ...{ ingest, process: processing, shared, write, restart, scale },
};

const options = understood();
if (options === 'help') console.log(usage);
else await bench(options);

function understood(): Options | 'help' {
  try {
    return readOptions(process.argv.slice(2), process.env);
  } catch (error) {
    console.error(`bench: ${(error as Error).message}\n\n${usage}`);
    process.exit(2);
  }
}

async function bench(options: Options): Promise<void> {
  await requireServers(options.servers).catch((error: Error) => {
    console.error(`bench: ${error.message}`);
    process.exit(1);
  });
  const on = machine();
  if (on.loadBefore > on.cpus / 2)
    say(`this machine is busy (load ${on.loadBefore.toFixed(1)}): rates will be too low`);
  const findings: Partial<Record<ScenarioName, Findings>> = {};
  for (const name of options.only) {
    say(`${name} …`);
    findings[name] = await scenarios[name](options);
  }
  const lines = Object.values(findings).flatMap((found) => found.lines);
  console.log(tableOf(lines, { wall: 'rate', cpu: 'CPU a million' }));
  console.log(
    `\n${on.cpus} CPUs (${on.model}), ${on.memoryGigabytes} GB, servers included; load ${on.loadBefore.toFixed(1)} before, ` +
      `${loadavg()[0]!.toFixed(1)} after; medians of ${options.pairs} runs by turns`,
  );
  const at = new Date().toISOString();
  const path = join(resultsFolder, `kafka-${at.slice(0, 19).replaceAll(/[-:]/g, '')}Z.json`);
  const measured = Object.fromEntries(Object.entries(findings).map(([name, found]) => [name, found.measured]));
  // Where the servers are is nobody's business.
  const { servers: _, ...asked } = options;
  await mkdir(resultsFolder, { recursive: true });
  await writeFile(
    path,
    `${JSON.stringify({ at, machine: { ...on, loadAfter: loadavg()[0] }, node: process.version, options: asked, lines, measured }, null, 2)}\n`,
  );
  say(`written to ${path}`);
}

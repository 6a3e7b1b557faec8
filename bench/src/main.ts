import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { get } from './get.ts';
import { large } from './large.ts';
import { machine, versions } from './machine.ts';
import { type Options, readOptions, type ScenarioName, usage } from './options.ts';
import { resultsFolder } from './places.ts';
import { type Findings, tableOf } from './report.ts';
import { say } from './say.ts';
import { late, small } from './small.ts';
import { startup } from './startup.ts';

const scenarios: { readonly [name in ScenarioName]: (options: Options) => Promise<Findings> } = {
  small,
  late,
  large,
  get,
  startup,
};

const options = understood();
if (options === 'help') console.log(usage);
else await bench(options);

function understood(): Options | 'help' {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`bench: ${(error as Error).message}\n\n${usage}`);
    process.exit(2);
  }
}

async function bench(options: Options): Promise<void> {
  const on = machine();
  if (on.loadBefore > on.cpus / 2)
    say(`this machine is busy (load ${on.loadBefore.toFixed(1)}): wall times will be too long`);
  const findings: Partial<Record<ScenarioName, Findings>> = {};
  for (const name of options.only) {
    say(`${name} …`);
    findings[name] = await scenarios[name](options);
  }
  const lines = Object.values(findings).flatMap((found) => found.lines);
  console.log(tableOf(lines));
  console.log(`\n${on.cpus} CPUs (${on.model}), ${on.memoryGigabytes} GB; medians of ${options.pairs} runs by turns`);
  const at = new Date().toISOString();
  const path = join(resultsFolder, `${at.slice(0, 19).replaceAll(/[-:]/g, '')}Z.json`);
  const measured = Object.fromEntries(Object.entries(findings).map(([name, found]) => [name, found.measured]));
  await mkdir(resultsFolder, { recursive: true });
  await writeFile(
    path,
    `${JSON.stringify({ at, machine: on, versions: versions(), options, lines, measured }, null, 2)}\n`,
  );
  say(`written to ${path}`);
}

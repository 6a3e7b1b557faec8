import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { buildServices } from '../../test/servers/service-process.ts';
import { everyOther, faultPlan } from './fault-plan.ts';
import { type FaultName, faultNames } from './faults/index.ts';
import { type PartResult, runPart } from './part.ts';

const usage = `npm run chaos -- [options]

Runs the services, several of each, over a running reservoir while faults happen, waits until all is settled, and checks that the
stores hold what a backfill over the same files gives. Needs a Docker engine. Exit code 0 when every promise was kept, 1 when not.

  --seed N      of the first part; each further part takes the next number (default: 1)
  --kills N     kills in all (default: 1000)
  --parts N     in so many parts, each on new servers (default: 20)
  --seconds N   of load and faults in a part (default: 360)
  --short       one part of 20 kills
  --faults A,B  in place of all other faults, each once a part; none with --faults=
  --brokers N   Kafka brokers (default: 1)
  --out FILE    where the result goes as JSON (default: chaos.json)
  --logs DIR    where the services' logs of a part go that failed (default: chaos-logs)
  --plan        only prints which faults happen when
  --help

Faults: ${faultNames.join(', ')}
`;

const whole = (name: string, text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} takes a whole number, not ${text}`);
  return value;
};

function faultsOf(text: string): FaultName[] {
  const names = text.split(',').filter((name) => name !== '');
  for (const name of names)
    if (!faultNames.includes(name as FaultName))
      throw new Error(`--faults: ${name} is none of ${faultNames.join(', ')}`);
  return names as FaultName[];
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      ...{ seed: { type: 'string', default: '1' }, kills: { type: 'string' }, parts: { type: 'string' } },
      ...{ seconds: { type: 'string', default: '360' }, brokers: { type: 'string', default: '1' } },
      ...{ faults: { type: 'string' }, out: { type: 'string', default: 'chaos.json' } },
      ...{ logs: { type: 'string', default: 'chaos-logs' } },
      ...{ short: { type: 'boolean' }, plan: { type: 'boolean' }, help: { type: 'boolean' } },
    },
  } as const);
  if (values.help) return console.log(usage);
  const seed = whole('seed', values.seed);
  const parts = whole('parts', values.parts ?? (values.short ? '1' : '20'));
  const kills = whole('kills', values.kills ?? (values.short ? '20' : '1000'));
  const [seconds, brokers] = [whole('seconds', values.seconds), whole('brokers', values.brokers)];
  const others = values.faults === undefined ? everyOther : faultsOf(values.faults);
  const options = Array.from({ length: parts }, (_, n) => ({
    ...{ seed: seed + n, seconds, brokers, others, logs: values.logs },
    kills: Math.floor(((n + 1) * kills) / parts) - Math.floor((n * kills) / parts),
  }));
  if (values.plan) {
    for (const one of options)
      for (const { at, fault } of faultPlan(one))
        console.log(`seed ${one.seed} ${at.toFixed(1).padStart(7)} s  ${fault}`);
    return;
  }
  buildServices();
  const results: PartResult[] = [];
  for (const [n, one] of options.entries()) {
    const say = (text: string) => console.log(`[${n + 1}/${parts}] ${text}`);
    const result = await runPart({ ...one, say });
    results.push(result);
    tell(result, say);
    // After each part, so that one that hangs takes no others' results with it.
    writeFileSync(values.out, `${JSON.stringify({ kills: sumOf(results, 'kills'), parts: results }, undefined, 2)}\n`);
  }
  const failed = results.filter(({ violations }) => violations.length > 0);
  const seeds = failed.map((result) => result.seed).join(', ');
  console.log(
    `${sumOf(results, 'kills')} kills in ${results.length} parts; ` +
      (failed.length === 0 ? 'every promise was kept' : `a promise was not kept with the seeds ${seeds}`),
  );
  if (failed.length > 0) process.exitCode = 1;
}

const sumOf = (results: readonly PartResult[], field: 'kills'): number =>
  results.reduce((sum, result) => sum + result[field], 0);

function tell(
  { seed, violations, fallen, watched, settlingSeconds, seconds }: PartResult,
  say: (text: string) => void,
) {
  for (const { id, said } of fallen) say(`${id} ended by itself:\n${said.split('\n').slice(-5).join('\n')}`);
  for (const violation of violations) say(`NOT KEPT: ${violation}`);
  say(
    `seed ${seed}: ${violations.length === 0 ? 'kept' : 'NOT KEPT'}; settled after ${settlingSeconds} s, ${seconds} s in all; ` +
      `${watched.rows} online rows read in ${watched.looks} looks; ${fallen.length} ended by themselves`,
  );
}

await main().catch((error: Error) => {
  console.error(`chaos: ${error.message}`);
  process.exitCode = 2;
});

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { features } from '@neartime/features';
import { temporaryFolder } from '@neartime/testing';
import { Backfilled } from './backfilled.ts';
import type { Chaos } from './chaos.ts';
import { Cluster } from './cluster/cluster.ts';
import { type PlannedFault, everyOther, faultPlan } from './fault-plan.ts';
import { type FaultName, faults } from './faults/index.ts';
import { type Fallen, Fleet, kinds } from './fleet.ts';
import { Load } from './load.ts';
import { type LoadPlan, bucket, planLoad } from './load-plan.ts';
import { OnlineWatch } from './online-watch.ts';
import { Random } from './random.ts';
import { settled } from './settled.ts';
import { Stores, keyspace, storeBucket } from './stores.ts';

export interface PartOptions {
  readonly seed: number;
  readonly kills: number;
  /** For so long files come and faults begin. */
  readonly seconds: number;
  readonly others?: readonly FaultName[];
  readonly brokers?: number;
  /** Hears how it goes, a line at a time. */
  readonly say: (text: string) => void;
  /** Where the logs of the services go when a promise was not kept. */
  readonly logs?: string;
}

export interface PartResult {
  readonly seed: number;
  readonly kills: number;
  readonly faults: readonly { readonly at: number; readonly fault: FaultName; readonly what: string }[];
  /** What was promised and does not hold. */
  readonly violations: readonly string[];
  /** Processes that ended by themselves. */
  readonly fallen: readonly Fallen[];
  /** Rows of the online store that were read while it was written, and how often all of it was. */
  readonly watched: { readonly rows: number; readonly looks: number };
  readonly files: number;
  /** From the end of the faults until all was settled. */
  readonly settlingSeconds: number;
  readonly seconds: number;
}

const sources = 4;
const windowSeconds = 600;
const settlingSeconds = 300;

/** Runs the whole pipeline under one seed's faults, and checks what it leaves. */
export async function runPart(options: PartOptions): Promise<PartResult> {
  const { seed, kills, seconds, say } = options;
  const began = performance.now();
  const plan = faultPlan({ seed, kills, seconds, others: options.others ?? everyOther });
  using folder = temporaryFolder();
  say(`seed ${seed}: ${kills} kills and ${plan.length - kills} other faults in ${seconds} s; the servers start`);
  await using cluster = await Cluster.start({ brokers: options.brokers ?? 1 });

  const now = Math.floor(Date.now() / 1000);
  const end = Math.floor((now + seconds) / windowSeconds) * windowSeconds;
  // The clock of the services comes to the end of the last window when the last files have come. It never runs ahead of ours.
  const clockShift = end - (now + seconds);
  const load = { seed, sources, files: Math.max(4, Math.round(seconds / 20)), events: 300, seconds, late: true };
  const loadPlan = await planLoad(join(folder.path, 'reservoir'), end, load);
  await using loading = await Load.over(loadPlan, cluster, [bucket, storeBucket]);
  await using fleet = new Fleet(cluster, serviceSettings(clockShift));
  for (const kind of kinds) await fleet.scale(kind, 2);
  await allReady(fleet);
  await using stores = new Stores(cluster);
  await loading.begin();
  await sourcesKnown(stores, loadPlan);
  await using watch = new OnlineWatch(cluster.cassandra.client(), keyspace, features);

  say(`everything is up; ${loadPlan.lanes.flat().length} files come`);
  const [happened] = await Promise.all([
    happening(plan, { cluster, fleet, load: loading, clockShift }, options),
    loading.run(),
  ]);
  cluster.heal();
  for (const kind of kinds) await fleet.scale(kind, 2);
  say('no fault any more, and the last file has come');
  const expected = await Backfilled.of(loadPlan.reservoir, join(folder.path, 'store'));
  const settlingBegan = performance.now();
  const unsettled = await settled({ expected, stores, cluster, fleet, seconds: settlingSeconds });
  const settling = secondsSince(settlingBegan);
  await watch.look().catch(() => undefined);
  const violations = [...unsettled, ...watch.violations];
  if (violations.length > 0 && options.logs) await keepLogs(fleet, stores, join(options.logs, `seed-${seed}`));
  return {
    ...{ seed, kills, faults: happened, violations, fallen: fleet.fallen, files: loadPlan.lanes.flat().length },
    watched: { rows: watch.rows, looks: watch.looks },
    ...{ settlingSeconds: settling, seconds: secondsSince(began) },
  };
}

/** Short times, so that minutes show what hours would. */
const serviceSettings = (clockShift: number): Record<string, string> => ({
  CASSANDRA_KEYSPACE: keyspace,
  STORE: `s3://${storeBucket}`,
  CLOCK_SHIFT: String(clockShift),
  KAFKA_SESSION_TIMEOUT: '6s',
  EMIT_EVERY: '2s',
  LOOK_EVERY: '1s',
  REPROCESS_EVERY: '2s',
  IDLE_AFTER: '5s',
  GRACE: '5s',
  SETTLE_AFTER: '2s',
  PARITY_ONE_IN: '4',
});

/** Begins each fault at its moment, whatever the others are doing, and waits for their ends. */
async function happening(
  plan: readonly PlannedFault[],
  chaos: Chaos,
  { seed, say }: PartOptions,
): Promise<PartResult['faults']> {
  const began = performance.now();
  return Promise.all(
    plan.map(async ({ at, fault, draw }) => {
      await sleep(at * 1000);
      const what = await faults[fault](chaos, new Random(seed, draw)).catch((error: Error) => `failed: ${error.stack}`);
      say(`${secondsSince(began)} s: ${what}`);
      return { at, fault, what };
    }),
  );
}

async function allReady(fleet: Fleet): Promise<void> {
  for (const { process, id } of fleet.all)
    for (const end = performance.now() + 120_000; !(await process.isReady()); await sleep(200))
      if (performance.now() > end) throw new Error(`${id} does not become ready\n${process.said()}`);
}

async function sourcesKnown(stores: Stores, { begin }: LoadPlan): Promise<void> {
  for (const end = performance.now() + 60_000; ; await sleep(200)) {
    if ((await stores.rows('SELECT source FROM $.sources')).length >= begin.sources.length) return;
    if (performance.now() > end) throw new Error('the ingestors do not hear of every source');
  }
}

/** All that was logged, and what the catalogue says, for whoever has to find out why. */
async function keepLogs(fleet: Fleet, stores: Stores, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const { id, process } of fleet.everyone) {
    const lines = process.lines.map((line) => JSON.stringify(line));
    writeFileSync(join(folder, `${id}.log`), [...lines, ...process.stderr, ''].join('\n'));
  }
  for (const [table, rows] of await stores.catalogue())
    writeFileSync(join(folder, `${table}.jsonl`), rows.map((row) => `${JSON.stringify(row, exactly)}\n`).join(''));
}

const exactly = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);

const secondsSince = (began: number): number => Math.round((performance.now() - began) / 100) / 10;

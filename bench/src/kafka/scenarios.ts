import { entities } from '@neartime/schemas';
import type { Line } from '../report.ts';
import { say } from '../say.ts';
import {
  type Contender,
  byTurns,
  cpuRatio,
  medianFigures,
  rateOf,
  rateText,
  runOnce,
  speedRatio,
  thousands,
} from './contender.ts';
import { closeAll, endOf, fillEvents, fillKeys, putRawFiles } from './filled-log.ts';
import type { Options } from './options.ts';
import { partitions, withPlace } from './place.ts';
import type { Figures } from './timed.ts';

/** What a scenario found: lines to read, and everything that was measured. */
export interface Findings {
  readonly lines: readonly Line[];
  readonly measured: object;
}

const one = ['device_last_browse'];
const three = ['device_last_browse', 'user_last_login', 'user_num_posts'];

const goals = {
  ingestRatio: 2.5,
  ingestRate: 100_000,
  processRate: 250_000,
  processMegabytes: 400,
  sharedRatio: 0.6,
  writeRatio: 0.8,
  parquetRate: 1_000_000,
  restartSeconds: 10,
};

/** Raw files into both events topics, beside a plain loop that does the same. */
export const ingest = ({ servers, pairs, ingestedPerFile }: Options): Promise<Findings> =>
  withPlace(servers, [], async (place, connection) => {
    const keys = await putRawFiles(connection, ingestedPerFile);
    const ours: Contender = {
      ...{ name: 'ingest, neartime', script: 'ingest' },
      told: (run) => ({ place, keys, run: `run${run}` }),
    };
    const plain: Contender = {
      ...{ name: 'ingest, plain loop', script: 'plain-ingest' },
      told: () => ({ place, keys, run: '' }),
    };
    const { lines, own, ratio, measured } = await compared(ours, plain, pairs);
    return {
      measured,
      lines: [
        { ...lines.ours, asked: `≥ ${thousands(goals.ingestRate)}/s`, met: rateOf(own) >= goals.ingestRate },
        lines.other,
        { ...lines.ratio, asked: `≥ ${goals.ingestRatio} ×`, met: ratio >= goals.ingestRatio },
      ],
    };
  });

/** One feature from the topic to its published rows, above the floor; and a million keys open at once. */
export const process = ({ servers, pairs, eventsPerFile, openKeys }: Options): Promise<Findings> =>
  withPlace(servers, one, async (place, connection) => {
    const { sources, completeUpTo } = endOf(await fillEvents(place, connection, eventsPerFile));
    await closeAll(connection, sources, completeUpTo, ['device']);
    const told = (name: string) => (run: number) => ({ place, features: one, groupId: `${name}.${run}` });
    const ours = { name: 'process, neartime', script: 'process', told: told('process') };
    const floor = { name: 'process, read and decode only', script: 'plain-consume', told: told('plain') };
    const { lines, own, measured } = await compared(ours, floor, pairs);
    const keys = await withPlace(servers, one, async (place, connection) => {
      await fillKeys(connection, openKeys);
      const many = {
        ...{ name: `process, ${thousands(openKeys)} keys open`, script: 'process' },
        told: (run: number) => ({ place, features: one, groupId: `keys.${run}` }),
      };
      const runs = (await byTurns([many], pairs)).get(many)!;
      return { runs, line: figuresLine(many.name, medianFigures(runs)) };
    });
    const most = medianFigures(keys.runs).peakMegabytes;
    return {
      measured: { ...measured, keys: keys.runs },
      lines: [
        { ...lines.ours, asked: `≥ ${thousands(goals.processRate)}/s`, met: rateOf(own) >= goals.processRate },
        lines.other,
        lines.ratio,
        { ...keys.line, asked: `≤ ${goals.processMegabytes} MB`, met: most <= goals.processMegabytes },
      ],
    };
  });

/** Three features by one reading of both topics, beside one feature. */
export const shared = ({ servers, pairs, eventsPerFile }: Options): Promise<Findings> =>
  withPlace(servers, three, async (place, connection) => {
    const { sources, completeUpTo } = endOf(await fillEvents(place, connection, eventsPerFile));
    await closeAll(connection, sources, completeUpTo, entities);
    const contender = (name: string, features: readonly string[], group: string): Contender => ({
      ...{ name, script: 'process', told: (run) => ({ place, features, groupId: `${group}.${run}` }) },
    });
    const ours = contender('shared, three features', three, 'three');
    const { lines, ratio, measured } = await compared(ours, contender('shared, one feature', one, 'one'), pairs);
    const asked = { asked: `≥ ${goals.sharedRatio} ×`, met: ratio >= goals.sharedRatio };
    return { measured, lines: [lines.ours, lines.other, { ...lines.ratio, ...asked }] };
  });

/** Rows of one window into both tables and Parquet, beside executeConcurrent alone; and Parquet alone. */
export const write = ({ servers, pairs, rows }: Options): Promise<Findings> =>
  withPlace(servers, [], async (place) => {
    const told = (run: number) => ({ place, rows, run });
    const ours = { name: 'write, neartime', script: 'write', told };
    const plain = { name: 'write, executeConcurrent', script: 'plain-write', told };
    // The first who writes makes the tables, and warms Cassandra up.
    await byTurns([{ ...ours, name: 'write, to warm up', told: (run) => ({ ...told(run), run: 10_000 }) }], 1);
    const { lines, ratio, measured } = await compared(ours, plain, pairs);
    const parquet = { name: 'write, Parquet alone', script: 'parquet', told };
    const alone = (await byTurns([parquet], pairs)).get(parquet)!;
    const rate = rateOf(medianFigures(alone));
    const asked = { asked: `≥ ${thousands(goals.parquetRate)}/s`, met: rate >= goals.parquetRate };
    return {
      measured: { ...measured, parquet: alone },
      lines: [
        lines.ours,
        lines.other,
        { ...lines.ratio, asked: `≥ ${goals.writeRatio} ×`, met: ratio >= goals.writeRatio },
        { ...figuresLine(parquet.name, medianFigures(alone)), ...asked },
      ],
    };
  });

/** A processor that comes back while a whole window is open: how long until it has caught up. */
export const restart = ({ servers, pairs, eventsPerFile }: Options): Promise<Findings> =>
  withPlace(servers, one, async (place, connection) => {
    await fillEvents(place, connection, eventsPerFile);
    const told = () => ({ place, features: one, groupId: 'restart' });
    const ours = { name: 'restart, caught up', script: 'process', told };
    say('reading the window for the first time');
    await byTurns([{ ...ours, name: 'restart, the first time' }], 1);
    const runs = (await byTurns([ours], pairs)).get(ours)!;
    const own = medianFigures(runs);
    return {
      measured: { runs },
      lines: [
        {
          ...figuresLine(`restart, ${thousands(own.count)} records caught up`, own),
          ...{ asked: `≤ ${goals.restartSeconds} s`, met: own.seconds <= goals.restartSeconds },
        },
      ],
    };
  });

const dealtAfterMs = 15_000;

/** The same topic by one instance, and by two that share its partitions. */
export const scale = ({ servers, pairs, ingestedPerFile }: Options): Promise<Findings> =>
  withPlace(servers, one, async (place, connection) => {
    const { sources, completeUpTo } = endOf(await fillEvents(place, connection, ingestedPerFile));
    await closeAll(connection, sources, completeUpTo, ['device']);
    const lines: Line[] = [];
    const measured: Record<string, Figures[]> = {};
    for (const instances of [1, 2]) {
      const runs: Figures[] = [];
      for (let run = 0; run < pairs; run++) {
        const shared = { instances, startAt: Date.now() + dealtAfterMs };
        const told = () => ({ place, features: one, groupId: `scale.${instances}.${run}`, shared });
        const each = Array.from({ length: instances }, () => runOnce({ name: 'scale', script: 'process', told }, run));
        runs.push(together(await Promise.all(each)));
      }
      measured[instances] = runs;
      lines.push(figuresLine(`scale, ${partitions} partitions, ${instances} at work`, medianFigures(runs)));
    }
    return { lines, measured };
  });

/** What instances did side by side; memory is that of the one that took most. */
const together = (all: readonly Figures[]): Figures => ({
  seconds: Math.max(...all.map(({ seconds }) => seconds)),
  cpuSeconds: all.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
  peakMegabytes: Math.max(...all.map(({ peakMegabytes }) => peakMegabytes)),
  count: all.reduce((sum, { count }) => sum + count, 0),
});

async function compared(ours: Contender, other: Contender, pairs: number) {
  const runs = await byTurns([ours, other], pairs);
  const [mine, others] = [runs.get(ours)!, runs.get(other)!];
  const [own, theirs] = [medianFigures(mine), medianFigures(others)];
  const [ratio, cpu] = [speedRatio(mine, others), cpuRatio(mine, others)];
  return {
    ...{ own, ratio },
    measured: { [ours.name]: mine, [other.name]: others, ratio, cpuRatio: cpu },
    lines: {
      ours: figuresLine(ours.name, own),
      other: figuresLine(other.name, theirs),
      ratio: {
        what: `${ours.name} : ${other.name.split(', ')[1]}`,
        ...{ wall: `${ratio.toFixed(2)} ×`, cpu: `${cpu.toFixed(2)} ×` },
        memory: `${(own.peakMegabytes / theirs.peakMegabytes).toFixed(2)} ×`,
      } satisfies Line,
    },
  };
}

/** Wall as the rate, CPU as what a million of them take. */
const figuresLine = (what: string, figures: Figures): Line => ({
  what,
  wall: `${rateText(figures)} (${figures.seconds.toFixed(2)} s)`,
  cpu: `${((figures.cpuSeconds / figures.count) * 1e6).toFixed(2)} s`,
  memory: `${figures.peakMegabytes.toFixed(0)} MB`,
});

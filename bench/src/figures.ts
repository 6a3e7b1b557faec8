import type { Run } from './child-run.ts';

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** The value below which `share` of the values lie; between two values, the one in proportion. */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new RangeError('quantile: there are no values');
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)]!;
  return below + (sorted[Math.ceil(place)]! - below) * (place % 1);
}

/** The median of each figure by itself. */
export const medianRun = (runs: readonly Run[]): Run => ({
  wallSeconds: median(runs.map((run) => run.wallSeconds)),
  cpuSeconds: median(runs.map((run) => run.cpuSeconds)),
  peakMegabytes: median(runs.map((run) => run.peakMegabytes)),
});

/** Run by run: those that took turns met the same machine. */
export const ratios = (runs: readonly Run[], others: readonly Run[]): Run[] =>
  runs.map((run, index) => ({
    wallSeconds: run.wallSeconds / others[index]!.wallSeconds,
    cpuSeconds: run.cpuSeconds / others[index]!.cpuSeconds,
    peakMegabytes: run.peakMegabytes / others[index]!.peakMegabytes,
  }));

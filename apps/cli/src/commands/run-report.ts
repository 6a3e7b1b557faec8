import type { BackfillResult } from '../embedded/backfill.ts';
import { number, plural, table, windowName, withWindowTimes } from './print.ts';

const sum = (counts: Iterable<number>): number => [...counts].reduce((total, count) => total + count, 0);

/** Windows and rows by feature, from what a run wrote: the last revision of a window counts. */
function byFeature({ written }: BackfillResult) {
  const features = new Map<string, Map<number, { revision: number; rows: number }>>();
  for (const { feature, window, revision, rows } of written) {
    const windows = features.get(feature) ?? new Map<number, { revision: number; rows: number }>();
    features.set(feature, windows.set(window, { revision, rows }));
  }
  return [...features].map(([feature, windows]) => ({
    feature,
    windows: windows.size,
    revised: [...windows.values()].filter(({ revision }) => revision > 0).length,
    rows: sum([...windows.values()].map(({ rows }) => rows)),
  }));
}

export function reportJson(result: BackfillResult, seconds: number) {
  const { read, events, blank, rejected } = result.counts;
  return {
    seconds: Number(seconds.toFixed(3)),
    files: { read: result.filesRead, known: result.filesKnown },
    lines: { read, events, blank, rejected, balanced: read === events + blank + sum(Object.values(rejected)) },
    features: byFeature(result),
    quarantined: result.quarantined.map(({ path, reason, detail }) => ({ path, reason, detail })),
    unsettled: withWindowTimes(result.unsettled),
  };
}

/** What a run came to, for people. */
export function reportText(result: BackfillResult, seconds: number, { out }: { out: string }): string {
  const { read, events, blank, rejected } = result.counts;
  const bad = sum(Object.values(rejected));
  const features = byFeature(result);
  const parts = [
    `${plural(result.filesRead, 'raw file')} read of ${number(result.filesKnown)} in ${seconds.toFixed(1)} s`,
    `read ${number(read)} ${read === events + bad + blank ? '=' : '≠'} ${number(events)} events + ${number(bad)} rejected + ${number(blank)} blank`,
  ];
  if (bad > 0)
    parts.push(
      '',
      table(
        ['rejected', 'lines'],
        Object.entries(rejected).sort((a, b) => b[1] - a[1]),
      ),
    );
  if (features.length > 0) {
    const rows = features.map(({ feature, windows, revised, rows }) => [feature, windows, revised, rows]);
    parts.push('', table(['written', 'windows', 'revised', 'rows'], rows));
  } else {
    parts.push('no window had to be written');
  }
  if (result.quarantined.length > 0) {
    const rows = result.quarantined.map(({ path, reason, detail }) => [path, reason ?? '', detail ?? '']);
    parts.push(
      '',
      table(['in quarantine', 'reason', 'what happened'], rows),
      'None of their lines count. Mend or remove them and run the command again.',
    );
  }
  if (result.unsettled.length > 0) {
    const rows = result.unsettled.map(({ feature, window, why }) => [feature, windowName(window), why]);
    parts.push(
      '',
      table(['unsettled', 'window', 'why'], rows),
      `Bring the files back and run: neartime settle --out ${out}`,
    );
  }
  return parts.join('\n');
}

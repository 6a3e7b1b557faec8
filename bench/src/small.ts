import { byTurns, type Contender, duckdb, neartime, outputOf } from './contenders.ts';
import { medianRun, ratios } from './figures.ts';
import type { Options } from './options.ts';
import { findSpark } from './peers/spark.ts';
import { withFolder } from './places.ts';
import { rawFiles } from './raw-files.ts';
import { type Findings, type Line, ratioLine, runLine } from './report.ts';
import { compareRows } from './same-rows.ts';

/** Six files of one ten minutes: Neartime against other engines at the same job. */
export const small = (options: Options): Promise<Findings> => {
  const spark = findSpark();
  return 'missing' in spark
    ? race('small', options, {
        late: 0,
        asks: true,
        peers: [duckdb],
        remarks: [{ what: 'small, PySpark', remark: `skipped: ${spark.missing}` }],
      })
    : race('small', options, { late: 0, asks: true, peers: [duckdb, spark], remarks: [] });
};

/**
 * The same with lines that are late, a few of them by days: what Neartime has closed by then it settles by reading
 * again.
 */
export const late = (options: Options): Promise<Findings> =>
  race('late', options, { late: 0.01, asks: false, peers: [duckdb], remarks: [] });

interface Race {
  readonly late: number;
  readonly peers: readonly Contender[];
  readonly remarks: readonly Line[];
  /** Whether a time in proportion to the peer's is asked for. */
  readonly asks: boolean;
}

const mostMegabytes = 700;
const floor = 1;
const goal = 0.8;

async function race(
  scenario: string,
  { pairs, eventsPerFile }: Options,
  { late, peers, remarks, asks }: Race,
): Promise<Findings> {
  const input = await rawFiles({ tenMinutes: 1, eventsPerFile, late });
  return withFolder(async (folder) => {
    const runs = await byTurns([neartime, ...peers], { pairs, input: () => input, folder });
    const [ours, ...theirs] = [...runs];
    const own = medianRun(ours![1]);
    const lines: Line[] = [
      {
        ...runLine(`${scenario}, neartime`, own),
        asked: `≤ ${mostMegabytes} MB`,
        met: own.peakMegabytes <= mostMegabytes,
      },
    ];
    const compared: Record<string, unknown> = {};
    for (const [peer, peerRuns] of theirs) {
      const ratio = medianRun(ratios(ours![1], peerRuns));
      const comparison = await compareRows(outputOf(folder, neartime), outputOf(folder, peer));
      const differing = comparison.reduce((sum, { onlyInOne }) => sum + onlyInOne, 0);
      compared[peer.name] = { rows: comparison, ratio };
      lines.push(runLine(`${scenario}, ${peer.name}`, medianRun(peerRuns)));
      lines.push({
        ...ratioLine(`${scenario}, neartime : ${peer.name}`, ratio),
        ...(asks && peer === duckdb && { asked: `wall ≤ ${floor} ×`, met: ratio.wallSeconds <= floor }),
      });
      if (asks && peer === duckdb)
        lines.push({ what: 'small, the goal', remark: '', asked: `wall ≤ ${goal} ×`, met: ratio.wallSeconds <= goal });
      lines.push({
        what: `${scenario}, rows of neartime and ${peer.name}`,
        remark: comparison.map(({ rows }) => rows.toLocaleString('en')).join(' + '),
        asked: 'none only in one',
        met: differing === 0,
      });
    }
    const measured = { runs: Object.fromEntries([...runs].map(([{ name }, all]) => [name, all])), against: compared };
    return { lines: [...lines, ...remarks], measured };
  });
}

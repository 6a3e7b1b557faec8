import { byTurns, neartime } from './contenders.ts';
import { medianRun, ratios } from './figures.ts';
import type { Options } from './options.ts';
import { withFolder } from './places.ts';
import { rawFiles } from './raw-files.ts';
import { type Findings, ratioLine, runLine } from './report.ts';

const mostPairs = 3;
const mostTime = 10.5;
const mostMemory = 1.2;

/** Ten times the files, over a hundred minutes: time grows with them, memory does not. */
export async function large({ pairs, eventsPerFile }: Options): Promise<Findings> {
  const few = { ...neartime, name: 'few', input: await rawFiles({ tenMinutes: 1, eventsPerFile, late: 0 }) };
  const many = { ...neartime, name: 'many', input: await rawFiles({ tenMinutes: 10, eventsPerFile, late: 0 }) };
  const options = { pairs: Math.min(pairs, mostPairs), input: ({ input }: typeof few) => input };
  const runs = await withFolder((folder) => byTurns([few, many], { ...options, folder }));
  const ratio = medianRun(ratios(runs.get(many)!, runs.get(few)!));
  const lines = [
    runLine('large, neartime', medianRun(runs.get(many)!)),
    {
      ...ratioLine('large, against small', ratio),
      asked: `wall ≤ ${mostTime} ×, memory ≤ ${mostMemory} ×`,
      met: ratio.wallSeconds <= mostTime && ratio.peakMegabytes <= mostMemory,
    },
  ];
  return { lines, measured: { few: runs.get(few), many: runs.get(many), ratio } };
}

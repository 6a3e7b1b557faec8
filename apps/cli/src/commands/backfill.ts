import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type BackfillResult, backfill } from '../embedded/backfill.ts';
import { Failure, UsageError } from '../failure.ts';
import { duration, featureList, folder, partitions, registered, windowBounds } from './options.ts';
import { print, printJson } from './print.ts';
import { progressBar } from './progress-bar.ts';
import { reportJson, reportText } from './run-report.ts';

export interface BackfillFlags {
  readonly in: string;
  readonly out: string;
  readonly features?: string;
  readonly from?: string;
  readonly to?: string;
  readonly partitions?: string;
  readonly hold: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export async function backfillCommand(flags: BackfillFlags): Promise<void> {
  const bounds = windowBounds(flags);
  if (flags.force && (flags.from ?? flags.to) !== undefined)
    throw new UsageError('--force reads all: leave --from and --to out');
  const out = folder('--out')(flags.out);
  const options = {
    in: folder('--in')(flags.in),
    out,
    features: flags.features === undefined ? registered : featureList('--features')(flags.features),
    registered,
    ...bounds,
    partitions: flags.partitions === undefined ? undefined : partitions(flags.partitions),
    hold: duration('--hold', ['0s', '366d'])(flags.hold),
    force: flags.force ?? false,
  };
  const started = performance.now();
  const result = await backfillWithBar(options);
  const seconds = (performance.now() - started) / 1000;
  if (flags.json) printJson(reportJson(result, seconds));
  else print(reportText(result, seconds, { out }));
  if (result.quarantined.length > 0 || result.unsettled.length > 0) process.exitCode = 1;
}

/** Runs a backfill with a progress bar on the terminal. */
export async function backfillWithBar(options: Parameters<typeof backfill>[0]): Promise<BackfillResult> {
  await requireFolder(options.in);
  using bar = progressBar('backfill', 'files');
  const onProgress: typeof options.onProgress = ({ files, filesRead, bytes, bytesRead, windows }) => {
    const share = bytes > 0 ? Math.min(100, Math.floor((bytesRead / bytes) * 100)) : 100;
    bar.show(filesRead, files, `${share}% of the bytes, ${windows} windows written`);
  };
  return await backfill({ ...options, onProgress });
}

export async function requireFolder(reservoir: string): Promise<void> {
  const files = join(reservoir, 'in');
  const found = await stat(files).catch((error: NodeJS.ErrnoException) => error);
  if (found instanceof Error)
    throw new Failure(`cannot read the reservoir ${files} (${found.code}); --in names the folder that holds in/`);
  if (!found.isDirectory()) throw new Failure(`${files} is no folder; --in names the folder that holds in/`);
}

import { join } from 'node:path';
import { timestampBound } from '@neartime/schemas';
import { chunkSeconds, generateReservoir } from '../generate/index.ts';
import { UsageError } from '../failure.ts';
import { folder, isoTime, share, wholeNumber } from './options.ts';
import { number, plural, print, printJson } from './print.ts';
import { progressBar } from './progress-bar.ts';

interface GenerateFlags {
  readonly out: string;
  readonly sources: string;
  readonly files: string;
  readonly events: string;
  readonly start: string;
  readonly seed: string;
  readonly dirt: string;
  readonly late: string;
  readonly json?: boolean;
}

export async function generate(flags: GenerateFlags): Promise<void> {
  const options = {
    out: folder('--out')(flags.out),
    sources: wholeNumber('--sources', [1, 1000])(flags.sources),
    files: wholeNumber('--files', [1, 100_000])(flags.files),
    events: wholeNumber('--events', [1, 10_000_000])(flags.events),
    start: new Date(isoTime('--start')(flags.start) * 1000),
    seed: wholeNumber('--seed', [0, Number.MAX_SAFE_INTEGER])(flags.seed),
    dirt: share('--dirt')(flags.dirt),
    late: share('--late')(flags.late),
  };
  if (options.start.getTime() / 1000 + options.files * chunkSeconds > timestampBound) {
    throw new UsageError(
      `--start and --files: the last file would be after 2100-01-01, from ${flags.start} with ${flags.files} files`,
    );
  }
  using bar = progressBar('generate', 'files');
  const { files, lines } = await generateReservoir(options, ({ file, files }) => bar.show(file, files));
  bar[Symbol.dispose]();
  if (flags.json) printJson({ out: options.out, files, lines });
  else
    print(
      `${plural(files, 'raw file')}, ${number(lines)} lines in ${join(flags.out, 'in')}; next: neartime backfill --in ${flags.out} --out STORE`,
    );
}

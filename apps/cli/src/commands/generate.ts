import { generateReservoir } from '../generate/index.ts';
import { isoTime, share, wholeNumber } from './options.ts';
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
    out: flags.out,
    sources: wholeNumber('--sources', 1)(flags.sources),
    files: wholeNumber('--files', 1)(flags.files),
    events: wholeNumber('--events', 1)(flags.events),
    start: new Date(isoTime('--start')(flags.start) * 1000),
    seed: wholeNumber('--seed')(flags.seed),
    dirt: share('--dirt')(flags.dirt),
    late: share('--late')(flags.late),
  };
  using bar = progressBar('generate', 'files');
  const { files, lines } = await generateReservoir(options, ({ file, files }) => bar.show(file, files));
  bar[Symbol.dispose]();
  if (flags.json) printJson({ out: flags.out, files, lines });
  else print(`${plural(files, 'raw file')}, ${number(lines)} lines in ${flags.out}/in; next: neartime backfill --in ${flags.out} --out STORE`);
}

import { stat, truncate } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileLines } from './file-lines.ts';
import { appearWhole, gzipLines, writeRawFile, type Line } from './gzip-lines.ts';
import { Random } from './random.ts';
import { rawFilePath } from './raw-file-name.ts';
import { devicesOf, generateReservoir, type OnProgress } from './reservoir.ts';
import { sources, type Source } from './source.ts';

const seed = 2018;
const ordinary = {
  sources: 4,
  files: 8,
  events: 2_000,
  start: new Date('2018-08-01T09:00:00Z'),
  seed,
  dirt: 0.02,
  late: 0.01,
};
const specialEvents = 500;

/** What `demoReservoir` wrote: files of each kind, and the lines of all that can be read. */
export interface DemoReservoir {
  readonly files: {
    readonly ordinary: number;
    /** Named 40 minutes later than its events: of devices that were offline. Also holds a line that is too long. */
    readonly offline: number;
    /** Ends in the middle. */
    readonly truncated: number;
    /** Has no file time in its name. */
    readonly unnamed: number;
  };
  readonly lines: number;
}

/** Writes the reservoir of the demo below `out/in`: a small one with everything in it that a real one has. */
export async function demoReservoir(out: string, onProgress: OnProgress = () => {}): Promise<DemoReservoir> {
  const kinds = { ordinary: ordinary.sources * ordinary.files, offline: 1, truncated: 1, unnamed: 1 };
  const files = Object.values(kinds).reduce((sum, count) => sum + count);
  let { file, lines } = await generateReservoir({ ...ordinary, out }, (progress) => onProgress({ ...progress, files }));
  const wrote = (added: number) => onProgress({ file: ++file, files, lines: (lines += added) });

  await writeRawFile(join(out, rawFilePath(olx.folder, at('11:02:17'))), offlineLines());
  wrote(specialEvents + 1);
  await writeTruncated(join(out, rawFilePath(letgo.folder, at('10:24:08'))), linesOf(letgo, '10:24:08'));
  wrote(0);
  await writeRawFile(
    join(out, dirname(rawFilePath(olx.folder, at('10:00:00'))), 'backup.gz'),
    linesOf(olx, '10:00:00'),
  );
  wrote(0);
  return { files: kinds, lines };
}

/** Writes a file with an early name: one that comes late when the rest has been read. Returns its path below `out`. */
export async function demoLateArrival(out: string): Promise<string> {
  const path = rawFilePath(letgo.folder, at('09:37:41'));
  await writeRawFile(join(out, path), linesOf(letgo, '09:37:41'));
  return path;
}

const [olx, letgo] = sources(2) as [Source, Source];

const at = (time: string): number => Date.parse(`2018-08-01T${time}Z`) / 1_000;

/** Lines of the ordinary devices of a source, ten minutes up to a time. */
function linesOf(source: Source, time: string): Iterable<Line> {
  const devices = devicesOf(source, ordinary.events, seed);
  const content = { source, devices, fileTime: at(time), events: specialEvents, dirt: 0, late: 0 };
  return fileLines(content, new Random(seed, `${source.folder} ${time}`));
}

function* offlineLines(): Generator<Line> {
  yield* linesOf(olx, '10:22:17');
  yield `{"event_name":"crash","trace":"${'at main() '.repeat(110_000)}"}`;
}

/** A gzip file of which the upload broke off; it too appears under its name all at once. */
const writeTruncated = (path: string, lines: Iterable<Line>): Promise<void> =>
  appearWhole(path, async (temporary) => {
    await gzipLines(temporary, lines);
    await truncate(temporary, Math.floor((await stat(temporary)).size / 2));
  });

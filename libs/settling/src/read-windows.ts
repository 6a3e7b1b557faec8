import {
  EventFold,
  type Feature,
  type FoldedEvents,
  OpenWindow,
  linesOf,
  mergeFolded,
  sameLines,
} from '@neartime/engines';
import { RejectedLines, parseRawFileName, readRawFile, untilAborted } from '@neartime/ingest';
import { type WindowLines, eventSchema, maxWindowsPerFile } from '@neartime/schemas';
import { type Catalogue, type FileOutcome, FileRefused, type Reservoir } from '@neartime/streams';
import pLimit from 'p-limit';

/** A raw file in the place where its bytes are. */
export interface RawFile {
  readonly reservoir: Reservoir;
  /** Its path there. */
  readonly path: string;
}

export interface ReadWindowsOptions {
  readonly catalogue: Pick<Catalogue, 'filesOf' | 'file' | 'windowsOf' | 'linesOf' | 'replaceCounts'>;
  /** Where a file of the catalogue is. */
  readonly rawFile: (path: string) => RawFile;
  readonly partitions: number;
}

/** Windows computed whole, and those that cannot be, with the file that is to blame. */
export interface ReadWindows {
  readonly whole: readonly OpenWindow[];
  readonly incomplete: ReadonlyMap<number, string>;
  /** Of which a file could not be had now, though nothing is known to be wrong with it. */
  readonly away: ReadonlyMap<number, Error>;
}

/** So many files that cannot be had, one after the other and before any that can, mean that none can. */
const mostAway = 10;

/** So many files are read side by side: one is waited for while another is folded. */
const filesAtOnce = 3;

/**
 * Computes windows, each for some features, from the raw files that touched them; each file is read once. A file that counts other
 * lines than its row says, since the reading code is newer, has its row replaced.
 */
export async function readWindows(
  wanted: ReadonlyMap<number, readonly Feature[]>,
  options: ReadWindowsOptions,
  signal: AbortSignal,
): Promise<ReadWindows> {
  const { catalogue, partitions } = options;
  const windows = new Map(
    [...wanted].map(([start, features]) => [
      start,
      new OpenWindow(start, { features, partitions, tracksChanges: false }),
    ]),
  );
  const incomplete = new Map<number, string>();
  const away = new Map<number, Error>();
  const files = { had: 0, away: 0 };
  const atOnce = pLimit(filesAtOnce);
  const readOne = async (path: string) => {
    signal.throwIfAborted();
    const fault = await readInto(windows, path, options, signal).catch((error: unknown) => error as Error);
    if (!(fault instanceof Error)) files.had++;
    else if (signal.aborted || (++files.away >= mostAway && files.had === 0)) throw fault;
    if (fault === undefined) return;
    for (const window of await catalogue.windowsOf(path)) {
      if (!windows.has(window)) continue;
      if (fault instanceof Error) away.set(window, fault);
      else incomplete.set(window, fault);
    }
  };
  const outcomes = await Promise.allSettled(
    (await filesOf(wanted, catalogue)).map((path) => atOnce(() => readOne(path))),
  );
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  const isWhole = ({ start }: OpenWindow) => !incomplete.has(start) && !away.has(start);
  return { whole: [...windows.values()].filter(isWhole), incomplete, away };
}

async function filesOf(
  wanted: ReadonlyMap<number, readonly Feature[]>,
  catalogue: Pick<Catalogue, 'filesOf'>,
): Promise<string[]> {
  const entities = new Set([...wanted.values()].flatMap((features) => features.map(({ entity }) => entity)));
  const paths = [...entities].map((entity) =>
    catalogue.filesOf(
      entity,
      [...wanted].flatMap(([window, features]) => (features.some((one) => one.entity === entity) ? [window] : [])),
    ),
  );
  return [...new Set((await Promise.all(paths)).flat())].sort();
}

/** Reads a file into the windows that it touched; gives what is wrong with it. */
async function readInto(
  windows: ReadonlyMap<number, OpenWindow>,
  path: string,
  { catalogue, rawFile, partitions }: ReadWindowsOptions,
  signal: AbortSignal,
): Promise<string | undefined> {
  const file = await catalogue.file(path);
  const place = rawFile(path);
  const name = parseRawFileName(path);
  if (!file?.fileId || !name) return `${path} is not in the catalogue as a file that was read`;
  const { fileId } = file;
  const features = [...new Set([...windows.values()].flatMap((window) => window.features))];
  const fold = new EventFold({
    ...{ schema: eventSchema, features, partitions },
    ...{ maxWindows: maxWindowsPerFile, isWanted: (start: number) => windows.has(start) },
  });
  const rejectedLines = new RejectedLines();
  try {
    const read = await readRawFile(untilAborted(signal, place.reservoir.open(place.path)), {
      schema: eventSchema,
      fileTime: name.fileTime,
      sink: { add: (event) => fold.add(event), rejected: (...line) => rejectedLines.add(...line) },
    });
    if ('broken' in read) return `${path} cannot be read (${read.broken})`;
    if (read.contentHash !== file.contentHash) return `${path} has changed`;
    const folded = fold.finish();
    mergeFolded(folded, fileId, (start) => windows.get(start));
    const { counts, contentHash } = read;
    await replaceCounts(
      path,
      { ...counts, fileId, contentHash, rejectedRuns: rejectedLines.runs() },
      folded,
      catalogue,
    );
  } catch (error) {
    if (error instanceof FileRefused) return `${path} cannot be read (${error.reason})`;
    throw error;
  }
  return undefined;
}

async function replaceCounts(
  path: string,
  outcome: Omit<FileOutcome, 'lines'>,
  folded: FoldedEvents,
  catalogue: Pick<Catalogue, 'linesOf' | 'replaceCounts'>,
): Promise<void> {
  const lines = linesOf(folded, outcome.fileId);
  if (!isSameAs(lines, await catalogue.linesOf(path))) await catalogue.replaceCounts(path, { ...outcome, lines });
}

function isSameAs(lines: readonly WindowLines[], standing: readonly WindowLines[]): boolean {
  const nameOf = ({ entity, window, partition }: WindowLines) => `${entity} ${window} ${partition}`;
  const before = new Map(standing.map((cell) => [nameOf(cell), cell.lines]));
  const isThere = (cell: WindowLines) => {
    const sum = before.get(nameOf(cell));
    return sum !== undefined && sameLines(sum, cell.lines);
  };
  return lines.length === standing.length && lines.every(isThere);
}

import { type Feature, OpenWindow } from '@neartime/engines';
import type { LineCounts } from '@neartime/ingest';
import { type CataloguedFile, type Clock, systemClock, windowOfObject } from '@neartime/streams';
import { FolderReservoir } from '@neartime/streams/embedded';
import { onlineTable } from '../online-table.ts';
import type { EmbeddedStore } from './embedded-store.ts';
import { openRun } from './open-run.ts';
import { lookForFiles } from './pending-files.ts';
import type { RunListener } from './run-listener.ts';
import { type Unsettled, settle } from './settle.ts';
import { WindowStream } from './window-stream.ts';
import { WindowWriter, type WrittenWindow } from './window-writer.ts';
import type { Workers } from './workers.ts';

export interface BackfillOptions {
  readonly in: string;
  readonly out: string;
  /** The features to compute, of all that are registered. */
  readonly features: readonly Feature[];
  readonly registered: readonly Feature[];
  /** Windows in [from, to), epoch seconds. */
  readonly from: number;
  readonly to: number;
  readonly partitions?: number | undefined;
  /** Seconds of file time for which a window waits for late lines. */
  readonly hold: number;
  /** Forgets what was read before, and reads all. */
  readonly force: boolean;
  readonly onProgress?: (progress: BackfillProgress) => void;
}

export interface BackfillProgress {
  readonly files: number;
  readonly filesRead: number;
  readonly bytes: number;
  readonly bytesRead: number;
  readonly windows: number;
}

/** What a run came to. */
export interface BackfillResult {
  /** Of the files that this run read. */
  readonly counts: LineCounts;
  readonly filesRead: number;
  readonly filesKnown: number;
  readonly written: readonly WrittenWindow[];
  readonly quarantined: readonly CataloguedFile[];
  readonly unsettled: readonly Unsettled[];
}

const minute = 60;
/** What a running system waits for lines after a window's end, by default: a backfill expects windows as late as that. */
const taskGrace = 3 * minute;

/**
 * Computes the windows of all raw files in a folder, in one process. Whatever was read, written or interrupted before, the
 * store ends as one run over all files would leave it.
 */
export async function backfill(options: BackfillOptions, clock: Clock = systemClock): Promise<BackfillResult> {
  await using run = await openRun(options.out, options);
  const { store, workers, held } = run;
  const { catalogue } = store;
  if (options.force) await catalogue.forgetFiles();
  const isRebuild = (await catalogue.windowParts()).some(({ state }) => state === 'stale');
  await catalogue.setSetting('reservoir', options.in);
  const { features, registered, from, to } = options;
  const reread = new Set(await catalogue.filesOfUnwritten(features, from, to));
  const reservoir = new FolderReservoir(options.in);
  const { pending, paths } = await lookForFiles({
    catalogue,
    reservoir,
    clock,
    mustReread: (path) => reread.has(path),
  });
  const files = pending.filter(({ fileTime }) => mayTouch(fileTime, from));

  const report = new Report(options, workers);
  report.filesFound(
    files.length,
    files.reduce((sum, { size }) => sum + size, 0),
  );
  const writer = await WindowWriter.over(run, clock);
  const shared = { store, root: options.in, workers, writer, clock, features, listener: report };
  const stream = new WindowStream({
    ...shared,
    held,
    from,
    to,
    grace: options.hold,
    taskGrace,
    keepsOverdue: true,
    tracksChanges: false,
  });
  await stream.readFiles(files, (earliest) => earliest);
  if ((isRebuild || options.force) && from === -Infinity && to === Infinity)
    await emptyLeftWindows(store, features, writer, report);
  await catalogue.markDone(features);
  const isLookedAt = ({ window }: { window: number }) => window >= from && window < to;
  const { unsettled } = await settle({ ...shared, registered, backoff: 0, isLookedAt, takesUnwritten: () => true });

  const known = await catalogue.files();
  const quarantined = known.filter(({ state, path }) => state === 'quarantined' && paths.has(path));
  return { ...report.result(), filesKnown: paths.size, quarantined, unsettled };
}

/** A file holds nothing later than five minutes after its name, but lines of any earlier time. */
const mayTouch = (fileTime: number, from: number): boolean => fileTime + 5 * minute >= from;

/** After a rebuild, windows that no file touches any more lose their rows. */
async function emptyLeftWindows(
  store: EmbeddedStore,
  features: readonly Feature[],
  writer: WindowWriter,
  listener: RunListener,
): Promise<void> {
  for (const feature of features) {
    const options = { features: [feature], partitions: store.partitions, tracksChanges: false };
    const empty = Array.from(await leftWindows(store, feature), (start) => ({
      window: new OpenWindow(start, options),
      features: [feature],
    }));
    for await (const written of writer.write(empty)) listener.windowWritten(written);
  }
}

/** Windows that were not rebuilt, and those that the catalogue never heard of: a run that was killed left something of them. */
async function leftWindows({ catalogue, objects, online }: EmbeddedStore, feature: Feature): Promise<Set<number>> {
  const parts = await catalogue.windowParts({ feature: feature.name });
  const known = new Set(parts.map(({ window }) => window));
  const left = new Set(parts.filter(({ state }) => state === 'stale').map(({ window }) => window));
  for (const window of await online.windows(onlineTable(feature))) if (!known.has(window)) left.add(window);
  for await (const name of objects.list(`features_store/${feature.name}/`)) {
    const window = windowOfObject(name);
    if (window !== undefined && !known.has(window)) left.add(window);
  }
  return left;
}

/** Adds up what a run does. */
class Report implements RunListener {
  readonly #onProgress: BackfillOptions['onProgress'];
  readonly #workers: Workers;
  readonly #written: WrittenWindow[] = [];
  readonly #counts = { read: 0, events: 0, blank: 0, rejected: {} as Record<string, number> };
  #files = 0;
  #bytes = 0;
  #filesRead = 0;

  constructor(options: BackfillOptions, workers: Workers) {
    this.#onProgress = options.onProgress;
    this.#workers = workers;
  }

  filesFound(files: number, bytes: number): void {
    this.#files = files;
    this.#bytes = bytes;
    this.#tell();
  }

  fileRead(_path: string, { read, events, blank, rejected }: LineCounts): void {
    this.#filesRead++;
    this.#counts.read += read;
    this.#counts.events += events;
    this.#counts.blank += blank;
    for (const [reason, lines] of Object.entries(rejected))
      this.#counts.rejected[reason] = (this.#counts.rejected[reason] ?? 0) + lines;
    this.#tell();
  }

  fileQuarantined(): void {
    this.#filesRead++;
    this.#tell();
  }

  windowWritten(window: WrittenWindow): void {
    this.#written.push(window);
    this.#tell();
  }

  result() {
    return { counts: this.#counts, filesRead: this.#filesRead, written: this.#written };
  }

  #tell(): void {
    const windows = this.#written.length;
    this.#onProgress?.({
      files: this.#files,
      filesRead: this.#filesRead,
      bytes: this.#bytes,
      bytesRead: this.#workers.readBytes,
      windows,
    });
  }
}

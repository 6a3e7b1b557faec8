import { type Feature, OpenWindow, buffersOf, linesOf, mergeFolded, noLines, sameLines } from '@neartime/engines';
import { parseRawFileName } from '@neartime/ingest';
import type { LineSum } from '@neartime/schemas';
import { isDueNow, putOffFrom, windowState } from '@neartime/settling';
import type { Clock, WindowToCheck } from '@neartime/streams';
import { batches } from './batches.ts';
import type { EmbeddedStore } from './embedded-store.ts';
import { giveBack } from './give-back.ts';
import type { RunListener } from './run-listener.ts';
import { sideBySide } from './together.ts';
import type { WindowWriter, WrittenWindow } from './window-writer.ts';
import type { Workers } from './workers.ts';

export interface SettleOptions {
  readonly store: EmbeddedStore;
  readonly root: string;
  readonly workers: Workers;
  readonly writer: WindowWriter;
  readonly clock: Clock;
  readonly features: readonly Feature[];
  /** Every registered feature: a window leaves the list when all of them have it settled. */
  readonly registered: readonly Feature[];
  readonly listener: RunListener;
  /**
   * Seconds before a window that was found to differ is reprocessed: this long, then twice, … up to a day, so that a storm of
   * late files costs one reading a step. 0 reprocesses at once.
   */
  readonly backoff: number;
  /** Whether a window on the list is looked at now. */
  readonly isLookedAt: (check: WindowToCheck) => boolean;
  /** Whether a window that no run has written counts as due too. */
  readonly takesUnwritten: (window: number) => boolean;
}

/** A window that could not be made complete. */
export interface Unsettled {
  readonly feature: string;
  readonly window: number;
  readonly why: string;
}

/** A window and the features for which it does not hold the lines that its files sent. */
interface DueWindow {
  readonly check: WindowToCheck;
  readonly features: readonly Feature[];
  readonly lines: number;
}

/** Windows are reprocessed together up to so many lines, which bounds the rows in memory. */
const linesAtOnce = 4_000_000;

/** What a settling came to. */
export interface Settling {
  readonly written: readonly WrittenWindow[];
  readonly unsettled: readonly Unsettled[];
}

/** A reading with newer code may put other windows on the list; they are settled in the same go, but not for ever. */
const mostPasses = 3;

/**
 * Compares the windows on the list with what the files sent to them, and reprocesses those that differ: every raw file that
 * touched one is read once, and the window is written whole as its next revision.
 */
export async function settle(options: SettleOptions): Promise<Settling> {
  const written: WrittenWindow[] = [];
  const unsettled = new Map<number, Unsettled[]>();
  for (let pass = 0; pass < mostPasses; pass++) {
    const due = (await dueWindows(options)).filter(({ check }) => !unsettled.has(check.window));
    if (due.length === 0) break;
    for (const batch of batches(due, linesAtOnce, ({ lines }) => lines)) {
      const outcome = await reprocess(batch, options);
      written.push(...outcome.written);
      for (const window of outcome.unsettled)
        unsettled.set(window.window, [...(unsettled.get(window.window) ?? []), window]);
    }
  }
  return { written, unsettled: [...unsettled.values()].flat() };
}

/** The windows on the list that are to be reprocessed now. */
async function dueWindows(options: SettleOptions): Promise<DueWindow[]> {
  const due: DueWindow[] = [];
  for (const check of await options.store.catalogue.toCheck()) {
    if (!options.isLookedAt(check)) continue;
    const found = await compare(check, options);
    if (!found) continue;
    const now = options.clock.now();
    const features = found.features.filter(({ name }) => options.backoff === 0 || isDueNow(check, name, now));
    if (features.length > 0) due.push({ ...found, features });
    const isNew = ({ name }: Feature) => !check.differing.has(name) && !features.some((one) => one.name === name);
    await putOff(check, found.features.filter(isNew), options);
  }
  return due;
}

async function putOff(
  { window, differing }: WindowToCheck,
  features: readonly Feature[],
  { store, clock, backoff }: SettleOptions,
): Promise<void> {
  for (const { name } of features)
    await store.catalogue.putOff(window, name, putOffFrom(differing.get(name), clock.now(), backoff));
}

/**
 * The features for which a window is due; takes it off the list when it is settled for all. A registered feature that never
 * wrote the window, and is not run here, does not keep it there: the run that begins with it finds what it lacks.
 */
async function compare(
  check: WindowToCheck,
  { store, features, registered, takesUnwritten }: SettleOptions,
): Promise<DueWindow | undefined> {
  const due: Feature[] = [];
  let open = false;
  let lines = 0;
  for (const feature of registered) {
    const isRun = features.includes(feature);
    const state = await windowState(store.catalogue, feature, check.window, {
      above: check.asked.get(feature.name),
    });
    if (state.is === 'settled' || (state.is === 'open' && !isRun)) continue;
    if (isRun && (state.is === 'differs' || takesUnwritten(check.window))) due.push(feature);
    else open = true;
    lines += state.lines;
  }
  if (due.length === 0 && !open) await store.catalogue.settled(check);
  return due.length > 0 ? { check, features: due, lines } : undefined;
}

async function reprocess(batch: readonly DueWindow[], options: SettleOptions): Promise<Settling> {
  const { store, writer, listener, features } = options;
  const windows = new Map(
    batch.map((due) => [
      due.check.window,
      new OpenWindow(due.check.window, { features: due.features, partitions: store.partitions, tracksChanges: false }),
    ]),
  );
  const unread = await readAgain(batch, windows, options);
  const written: WrittenWindow[] = [];
  const unsettled: Unsettled[] = [];
  const whole = batch
    .filter(({ check }) => !unread.has(check.window))
    .map((due) => ({ window: windows.get(due.check.window)!, features: due.features }));
  for await (const window of writer.write(whole)) written.push(window);
  for (const { check, features: due } of batch) {
    const why = unread.get(check.window);
    await putOff(check, due, options);
    if (why === undefined) await compare(check, options);
    else {
      await markIncomplete(store, check.window, due);
      unsettled.push(...due.map(({ name }) => ({ feature: name, window: check.window, why })));
    }
  }
  written.forEach((window) => listener.windowWritten(window));
  await store.catalogue.markDone(features);
  return { written, unsettled };
}

/** Reads every file of the batch once; gives the windows of files that could not be read, with the reason. */
async function readAgain(
  batch: readonly DueWindow[],
  windows: ReadonlyMap<number, OpenWindow>,
  options: SettleOptions,
): Promise<Map<number, string>> {
  const { store, workers, root, features } = options;
  const only = batch.map(({ check }) => check.window);
  const entities = [...new Set(batch.flatMap((due) => due.features.map(({ entity }) => entity)))];
  const paths = new Set((await Promise.all(entities.map((entity) => store.catalogue.filesOf(entity, only)))).flat());
  const known = new Map((await store.catalogue.files()).map((file) => [file.path, file]));
  const unread = new Map<number, string>();
  await sideBySide([...paths], workers.threads + 1, async (path) => {
    const file = known.get(path)!;
    const { fileTime } = parseRawFileName(path)!;
    const names = features.map(({ name }) => name);
    const reading = await workers.read({
      root,
      path,
      size: file.size,
      fileTime,
      features: names,
      partitions: store.partitions,
      wanted: { only },
    });
    const why =
      'broken' in reading
        ? `${path} cannot be read (${reading.broken})`
        : reading.contentHash === file.contentHash
          ? undefined
          : `${path} has changed`;
    if (why === undefined && !('broken' in reading)) {
      mergeFolded(reading.folded, reading.fileId, (start) => windows.get(start));
      await replaceCounts(path, reading, options);
      giveBack(buffersOf(reading.folded));
    } else {
      for (const window of await store.catalogue.windowsOf(path)) if (windows.has(window)) unread.set(window, why!);
    }
  });
  return unread;
}

type WholeReading = Exclude<Awaited<ReturnType<Workers['read']>>, { broken: unknown }>;

/** A reading that counts other lines than the file's row (new reading code) replaces that row. */
async function replaceCounts(
  path: string,
  { fileId, contentHash, counts, folded, rejectedRuns }: WholeReading,
  { store }: SettleOptions,
): Promise<void> {
  const lines = linesOf(folded, fileId);
  const standing = await store.catalogue.linesOf(path);
  const name = ({ entity, window, partition }: { entity: string; window: number; partition: number }) =>
    `${entity} ${window} ${partition}`;
  const before = new Map<string, LineSum>(standing.map((cell) => [name(cell), cell.lines]));
  const same =
    lines.length === standing.length && lines.every((cell) => sameLines(cell.lines, before.get(name(cell)) ?? noLines));
  if (!same) await store.catalogue.replaceCounts(path, { fileId, contentHash, ...counts, lines, rejectedRuns });
}

async function markIncomplete(store: EmbeddedStore, window: number, features: readonly Feature[]): Promise<void> {
  for (const feature of features) {
    const parts = await store.catalogue.windowParts({ feature: feature.name, window });
    await store.catalogue.recordParts(parts.map((part) => ({ ...part, state: 'incomplete' })));
  }
}

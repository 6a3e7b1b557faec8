import { setTimeout as sleep } from 'node:timers/promises';
import { type Feature, SourceClock, Watermark, windowStart } from '@neartime/engines';
import { type Clock, StoreError, type WindowToCheck, systemClock } from '@neartime/streams';
import { FolderReservoir } from '@neartime/streams/embedded';
import type { EmbeddedStore } from './embedded-store.ts';
import { type Run, openRun } from './open-run.ts';
import { type PendingFile, lookForFiles } from './pending-files.ts';
import { publishChanged } from './provisional.ts';
import type { RunListener } from './run-listener.ts';
import { type Unsettled, settle } from './settle.ts';
import { WindowStream } from './window-stream.ts';
import { WindowWriter } from './window-writer.ts';
import type { Workers } from './workers.ts';

export interface WatchOptions {
  readonly in: string;
  readonly out: string;
  readonly features: readonly Feature[];
  readonly registered: readonly Feature[];
  readonly partitions?: number | undefined;
  /** All in seconds. */
  readonly grace: number;
  readonly idleAfter: number;
  readonly emitEvery: number;
  readonly poll: number;
  readonly settleAfter: number;
  readonly listener: WatchListener;
  /** Ends the watching; what is in hand is finished first. */
  readonly signal: AbortSignal;
}

export interface WatchListener extends RunListener {
  published(rows: number): void;
  unsettled(windows: readonly Unsettled[]): void;
  /** Something outside did not work; it is tried again. */
  waiting(error: StoreError): void;
}

/** So many files are taken at once, so that a backlog of months does not keep windows from being published. */
const filesAtOnce = 64;
const hourInSeconds = 3600;
const dayInSeconds = 24 * hourInSeconds;

/**
 * Goes on computing until it is told to stop: new files are read as they appear, changed rows are published, windows close
 * by the watermark, and windows that lack lines are reprocessed when they are due. What it had open when it stopped is read
 * again by the next run.
 */
export async function watch(options: WatchOptions, clock: Clock = systemClock): Promise<void> {
  await using run = await openRun(options.out, options);
  await run.store.catalogue.setSetting('reservoir', options.in);
  let watcher = await Watcher.over(options, run, clock);
  let failures = 0;
  while (!options.signal.aborted) {
    const before = clock.elapsed();
    try {
      await watcher.turn();
      failures = 0;
    } catch (error) {
      if (!(error instanceof StoreError) || !error.retriable) throw error;
      options.listener.waiting(error);
      failures++;
      // What was open is in doubt: it is read again, as after a crash.
      watcher = await Watcher.over(options, run, clock);
    }
    const took = clock.elapsed() - before;
    // Over very many files a look takes long: it may take a third of the time.
    const pause = Math.max(options.poll * 2 ** Math.min(failures, 6), 2 * took);
    await sleep(pause * 1000, undefined, { signal: options.signal }).catch(() => undefined);
  }
}

/** When a file that could not be read is tried again, and how often it was. */
interface Retry {
  readonly notBefore: number;
  readonly tries: number;
}

/** Whether all that differs of a window waits; it is not compared each time. */
const isPutOff = ({ differing, asked }: WindowToCheck, now: number): boolean =>
  differing.size > 0 && asked.size === 0 && [...differing.values()].every(({ dueAt }) => dueAt > now);

/** One turn after another: look for files, read them, publish, close, settle. */
class Watcher {
  readonly #options: WatchOptions;
  readonly #store: EmbeddedStore;
  readonly #workers: Workers;
  readonly #clock: Clock;
  readonly #reservoir: FolderReservoir;
  readonly #stream: WindowStream;
  readonly #writer: WindowWriter;
  readonly #watermark = new Watermark();
  readonly #sources: SourceClock;
  /** Versions of files as they were listed the turn before: one that still grows has another the next time. */
  #listed = new Map<string, string>();
  readonly #known = new Map<string, string>();
  readonly #retries = new Map<string, Retry>();
  #lastPublished: number;
  /** Files that an earlier run read and whose windows it left open. */
  readonly #reread: Set<string>;

  private constructor(
    options: WatchOptions,
    { store, workers, held }: Run,
    clock: Clock,
    writer: WindowWriter,
    reread: Set<string>,
  ) {
    const { features, listener, grace } = options;
    this.#options = options;
    this.#store = store;
    this.#workers = workers;
    this.#clock = clock;
    this.#reservoir = new FolderReservoir(options.in);
    this.#writer = writer;
    this.#reread = reread;
    this.#sources = new SourceClock(options.idleAfter);
    this.#lastPublished = clock.elapsed();
    const range = { from: -Infinity, to: Infinity };
    const windows = { grace, taskGrace: grace, keepsOverdue: false, tracksChanges: true };
    this.#stream = new WindowStream({
      store,
      held,
      root: options.in,
      workers,
      writer,
      clock,
      features,
      listener,
      ...range,
      ...windows,
    });
  }

  static async over(options: WatchOptions, run: Run, clock: Clock): Promise<Watcher> {
    const { store } = run;
    const writer = await WindowWriter.over(run, clock);
    const reread = new Set(await store.catalogue.filesOfUnwritten(options.features, -Infinity, Infinity));
    const watcher = new Watcher(options, run, clock, writer, reread);
    await watcher.#resume();
    return watcher;
  }

  async turn(): Promise<void> {
    const files = await this.#newFiles();
    for (let from = 0; from < files.length && !this.#options.signal.aborted; from += filesAtOnce) {
      const batch = files.slice(from, from + filesAtOnce);
      const waiting = files[from + filesAtOnce]?.fileTime ?? Infinity;
      const unreadable = await this.#stream.readFiles(batch, (earliest) =>
        Math.min(earliest, waiting, this.#watermark.value),
      );
      unreadable.forEach((file) => this.#retryLater(file));
      this.#progress(batch.filter((file) => !unreadable.includes(file)));
      await this.#publish();
    }
    if (this.#options.signal.aborted) return;
    await this.#moveOn();
    await this.#publish();
    await this.#stream.closeUpTo(this.#watermark.value);
    await this.#settle();
  }

  /** Takes up the sources as the catalogue knows them. */
  async #resume(): Promise<void> {
    for (const { source, completeUpTo, saidAt } of await this.#store.catalogue.sources()) {
      this.#sources.resume(source, completeUpTo, this.#clock.now() - saidAt, this.#clock.elapsed());
    }
  }

  /** Files to read that did not change since the last look: one that is being copied in is left until it is whole. */
  async #newFiles(): Promise<PendingFile[]> {
    const { pending } = await lookForFiles({
      catalogue: this.#store.catalogue,
      reservoir: this.#reservoir,
      clock: this.#clock,
      mustReread: (path) => this.#reread.has(path),
      known: this.#known,
      onQuarantine: (path, reason) => this.#options.listener.fileQuarantined(path, reason),
      isRetried: (path) => (this.#retries.get(path)?.notBefore ?? 0) <= this.#clock.elapsed(),
    });
    const before = this.#listed;
    this.#listed = new Map(pending.map(({ path, version }) => [path, version]));
    const ready = pending.filter(({ path, version }) => before.get(path) === version);
    for (const { path } of ready) this.#reread.delete(path);
    return ready;
  }

  /** A file that could not be read is tried again after a poll, then after twice the time, … up to an hour. */
  #retryLater({ path }: PendingFile): void {
    const tries = this.#retries.get(path)?.tries ?? 0;
    this.#retries.set(path, {
      notBefore: this.#clock.elapsed() + Math.min(this.#options.poll * 2 ** tries, hourInSeconds),
      tries: tries + 1,
    });
    this.#reread.add(path);
  }

  #progress(files: readonly PendingFile[]): void {
    for (const { path, source, fileTime } of files) {
      this.#retries.delete(path);
      this.#sources.fileDone(source, fileTime, this.#clock.elapsed());
      this.#watermark.say(source, fileTime);
    }
  }

  /** Moves silent sources on by the clock, and tells the catalogue how far each has come. */
  async #moveOn(): Promise<void> {
    const elapsed = this.#clock.elapsed();
    const moved = this.#sources
      .sources()
      .filter((source) => this.#sources.completeUpTo(source, elapsed) > this.#watermark.of(source));
    for (const source of moved) this.#watermark.say(source, this.#sources.completeUpTo(source, elapsed));
    const saidAt = this.#clock.now();
    const progress = this.#sources
      .sources()
      .map((source) => ({ source, completeUpTo: this.#watermark.of(source), saidAt }));
    if (progress.length > 0) await this.#store.catalogue.recordProgress(progress);
  }

  async #publish(): Promise<void> {
    const elapsed = this.#clock.elapsed();
    if (elapsed - this.#lastPublished < this.#options.emitEvery) return;
    this.#lastPublished = elapsed;
    this.#options.listener.published(await publishChanged(this.#stream.open.values(), this.#store, this.#clock));
  }

  /** Reprocesses what is due: windows that are closed and differ, and those that none closed a day after they should have been. */
  async #settle(): Promise<void> {
    const { features, registered, listener, settleAfter } = this.#options;
    const now = this.#clock.now();
    const { unsettled } = await settle({
      ...{
        store: this.#store,
        root: this.#options.in,
        workers: this.#workers,
        writer: this.#writer,
        clock: this.#clock,
      },
      ...{ features, registered, listener, backoff: settleAfter },
      isLookedAt: (check) => check.notBefore <= now && !isPutOff(check, now) && !this.#stream.open.has(check.window),
      takesUnwritten: (window) => window + dayInSeconds < windowStart(this.#watermark.value),
    });
    if (unsettled.length > 0) listener.unsettled(unsettled);
  }
}

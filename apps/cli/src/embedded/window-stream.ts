import { type Feature, OpenWindow, buffersOf, linesOf, mergeFolded, windowEnd } from '@neartime/engines';
import { chunkOf } from '@neartime/ingest';
import type { Clock } from '@neartime/streams';
import pLimit from 'p-limit';
import type { EmbeddedStore } from './embedded-store.ts';
import { giveBack } from './give-back.ts';
import type { HeldWindows } from './held-windows.ts';
import type { PendingFile } from './pending-files.ts';
import type { FileReading } from './read-file.ts';
import type { RunListener } from './run-listener.ts';
import { sideBySide } from './together.ts';
import type { ClosedWindow, WindowWriter } from './window-writer.ts';
import type { Workers } from './workers.ts';

export interface StreamOptions {
  readonly store: EmbeddedStore;
  readonly held: HeldWindows;
  readonly root: string;
  readonly workers: Workers;
  readonly writer: WindowWriter;
  readonly clock: Clock;
  readonly features: readonly Feature[];
  /** Windows in [from, to) are written, epoch seconds. */
  readonly from: number;
  readonly to: number;
  /** Seconds that a window waits for lines after its end, in the time that closes windows. */
  readonly grace: number;
  /** Seconds after a chunk's end at which its windows are expected closed: what tasks and checks go by. */
  readonly taskGrace: number;
  /**
   * Whether a window that is over when its first line comes (of a device that was offline for days) stays open to the end of
   * the files: others of its lines follow, and it has few rows.
   */
  readonly keepsOverdue: boolean;
  /** Whether somebody takes the rows that changed. */
  readonly tracksChanges: boolean;
  readonly listener: RunListener;
}

/** Seconds after a window's end, in the time of files, from which on its lines are late. */
const quietAfter = 600;

/** When more windows than this are kept, all of them are written: what comes later for them makes them differ. */
const mostOverdueWindows = 2000;

/**
 * The stream in one process: files in, open windows folded, closed windows out. Files are read side by side and merged as
 * they end; a window closes when time, as its owner tells it, has passed its end and the grace.
 */
export class WindowStream {
  readonly open = new Map<number, OpenWindow>();
  readonly #options: StreamOptions;
  /** Open windows that were over when they were opened. */
  readonly #overdue = new Set<number>();
  #closedUpTo = -Infinity;
  /** Steps that change the open windows go one after the other. */
  readonly #oneByOne = pLimit(1);
  #failure: { readonly reason: unknown } | undefined;

  constructor(options: StreamOptions) {
    this.#options = options;
  }

  /**
   * Reads files, which come in file-time order, and closes windows on the way. `upTo` says how far time has come when the
   * earliest file that is not merged yet has this file time (Infinity: none is left). Gives the files that could not be read
   * for a reason outside of them.
   */
  async readFiles(files: readonly PendingFile[], upTo: (earliest: number) => number): Promise<PendingFile[]> {
    const waiting = [...files];
    const inHand = new Set<PendingFile>();
    const earliest = () => Math.min(waiting[0]?.fileTime ?? Infinity, ...[...inHand].map(({ fileTime }) => fileTime));
    await this.closeUpTo(upTo(earliest()));
    const unreadable: PendingFile[] = [];
    // One more hand than there are threads, so that none of these waits while the main thread merges.
    await sideBySide(waiting, this.#options.workers.threads + 1, async (file) => {
      inHand.add(file);
      await this.#options.store.catalogue.beginReading(file);
      const reading = await this.#read(file);
      if ('broken' in reading && reading.broken === 'unreadable') unreadable.push(file);
      await this.#step(async () => {
        await this.#take(file, reading);
        inHand.delete(file);
        await this.#closeUpTo(upTo(earliest()));
      });
    });
    await this.closeUpTo(upTo(Infinity));
    return unreadable;
  }

  /** Closes and writes the windows whose end and grace time has passed. */
  async closeUpTo(upTo: number): Promise<void> {
    await this.#step(() => this.#closeUpTo(upTo));
  }

  #read(file: PendingFile): Promise<FileReading> {
    const { workers, root, features, store, from, to } = this.#options;
    const { path, size, fileTime } = file;
    const names = features.map(({ name }) => name);
    return workers.read({
      root,
      path,
      size,
      fileTime,
      features: names,
      partitions: store.partitions,
      wanted: { from, to },
    });
  }

  async #take(file: PendingFile, reading: FileReading): Promise<void> {
    const { store, listener } = this.#options;
    if ('broken' in reading) {
      await store.catalogue.quarantine(file, reading.broken, reading.detail);
      listener.fileQuarantined(file.path, reading.broken);
      return;
    }
    const { fileId, contentHash, counts, folded, rejectedRuns } = reading;
    await store.catalogue.recordRead(
      file,
      { ...counts, fileId, contentHash, lines: linesOf(folded, fileId), rejectedRuns },
      this.#task(file),
    );
    mergeFolded(folded, fileId, (start) => this.#openWindow(start));
    giveBack(buffersOf(folded));
    listener.fileRead(file.path, counts);
  }

  #task({ path, fileTime }: PendingFile) {
    const chunk = chunkOf(fileTime);
    return {
      sourceBucket: this.#options.root,
      filePath: path,
      dataChunk: chunk,
      tsToProcess: windowEnd(chunk) + this.#options.taskGrace,
    };
  }

  #openWindow(start: number): OpenWindow | undefined {
    const { features, from, to, store, writer, tracksChanges } = this.#options;
    const standing = this.open.get(start);
    if (standing || start < from || start >= to) return standing;
    const unwritten = features.filter((feature) => !writer.hasWritten(feature, start));
    if (unwritten.length === 0) return undefined;
    const window = new OpenWindow(start, { features: unwritten, partitions: store.partitions, tracksChanges });
    this.open.set(start, window);
    if (this.#isOver(start, this.#closedUpTo)) this.#overdue.add(start);
    return window;
  }

  async #closeUpTo(upTo: number): Promise<void> {
    const { writer, store, features, listener } = this.#options;
    this.#closedUpTo = Math.max(this.#closedUpTo, upTo);
    const isKept = (start: number) => this.#overdue.has(start) && this.#overdue.size <= this.#mostOverdue(upTo);
    const over = [...this.open.values()]
      .filter(({ start }) => this.#isOver(start, upTo) && !isKept(start))
      .sort((a, b) => a.start - b.start);
    for await (const written of writer.write(over.map((window) => this.#close(window))))
      listener.windowWritten(written);
    if (over.length > 0 && features.length > 0) await store.catalogue.markDone(features);
    await this.#layAside(upTo);
  }

  /** After a step has failed none follows: what is open may lack rows whose lines it counts. */
  #step<T>(step: () => Promise<T>): Promise<T> {
    return this.#oneByOne(async () => {
      if (this.#failure) throw this.#failure.reason;
      try {
        return await step();
      } catch (reason) {
        this.#failure = { reason };
        throw reason;
      }
    });
  }

  /** Lays aside the rows of windows to which hardly any more lines come, when time has come to `now`. */
  async #layAside(now: number): Promise<void> {
    const { held, tracksChanges } = this.#options;
    // Changed rows are told apart by where they are in memory.
    if (tracksChanges) return;
    for (const window of this.open.values()) {
      if (windowEnd(window.start) + quietAfter > now || this.#overdue.has(window.start) || held.has(window)) continue;
      await held.put(window);
    }
  }

  #close(window: OpenWindow): ClosedWindow {
    this.open.delete(window.start);
    this.#overdue.delete(window.start);
    return { window, features: window.features.filter(({ entity }) => window.hasLines(entity)) };
  }

  #isOver(start: number, upTo: number): boolean {
    return windowEnd(start) + this.#options.grace <= upTo;
  }

  #mostOverdue(upTo: number): number {
    return this.#options.keepsOverdue && upTo !== Infinity ? mostOverdueWindows : -1;
  }
}

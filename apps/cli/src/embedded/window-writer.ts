import { type Feature, type OpenWindow, packPart } from '@neartime/engines';
import type { Clock, WindowPart } from '@neartime/streams';
import { batches } from './batches.ts';
import type { EmbeddedStore } from './embedded-store.ts';
import { buffersOfRows, giveBack } from './give-back.ts';
import type { HeldWindows } from './held-windows.ts';
import type { Run } from './open-run.ts';
import { type ClosedParts, PartsWriter } from './parts-writer.ts';
import type { Workers } from './workers.ts';
import { WrittenWindows } from './written-windows.ts';

/** What was written of a window, for progress and reports. */
export interface WrittenWindow {
  readonly window: number;
  readonly feature: string;
  readonly revision: number;
  readonly rows: number;
}

/** A window that takes nothing more, and the features that write it. */
export interface ClosedWindow {
  readonly window: OpenWindow;
  readonly features: readonly Feature[];
}

/** Windows are written together up to so many rows, which bounds the rows in memory. */
const rowsAtOnce = 250_000;
/** What a window costs besides its rows, in rows: its objects are looked at, and the disk waits for each. */
const costInRows = 100;

/**
 * Writes closed windows: first the objects, then the online rows, then the catalogue's row, which says that it is done. A
 * crash in between leaves windows that are written again, to the same bytes.
 */
export class WindowWriter {
  readonly #store: EmbeddedStore;
  readonly #workers: Workers;
  readonly #held: HeldWindows;
  readonly #writer: PartsWriter;
  readonly #written: WrittenWindows;

  private constructor({ store, workers, held }: Run, clock: Clock, written: WrittenWindows) {
    this.#store = store;
    this.#workers = workers;
    this.#held = held;
    this.#writer = new PartsWriter(store, clock);
    this.#written = written;
  }

  static async over(run: Run, clock: Clock): Promise<WindowWriter> {
    return new WindowWriter(run, clock, await WrittenWindows.of(run.store.catalogue));
  }

  /** Whether the feature has written the window, or is about to. */
  hasWritten(feature: Feature, window: number): boolean {
    return this.#written.has(feature, window);
  }

  /**
   * Writes windows, which are not used afterwards, each feature as the revision after the one that stands (0 for the first).
   * While some are being written the next ones are sorted and encoded.
   */
  async *write(windows: readonly ClosedWindow[]): AsyncIterable<WrittenWindow> {
    for (const { window, features } of windows) for (const { name } of features) this.#written.add(name, window.start);
    const filled = windows.filter(({ features }) => features.length > 0);
    const inOrder = filled.sort((a, b) => a.window.start - b.window.start);
    const waiting = batches(inOrder, rowsAtOnce, ({ window }) => costInRows + window.rows);
    let batch = await this.#begin(waiting.next().value ?? []);
    while (batch.length > 0) {
      const next = this.#beginAfter(batch, waiting.next().value ?? []);
      yield* await this.#writeTogether(batch);
      batch = await next;
    }
  }

  async #writeTogether(batch: readonly ClosedParts[]): Promise<WrittenWindow[]> {
    const written = await this.#writer.write(batch);
    // What the catalogue says is written has to be on the disk, even if the machine loses its power.
    await this.#store.online.flush();
    await this.#store.catalogue.recordParts(written.flat());
    for (const { rows, objects } of batch) {
      giveBack((await rows).flatMap((part) => (part ? buffersOfRows(part) : [])));
      giveBack((await objects).flatMap((object) => (object ? [object.body.buffer] : [])));
    }
    return written.map(writtenWindow);
  }

  /** Has the parts of some windows sorted and encoded beside the main thread. */
  async #begin(windows: readonly ClosedWindow[]): Promise<ClosedParts[]> {
    for (const { window } of windows) await this.#held.bringBack(window);
    return windows.flatMap(({ window, features }) => features.map((feature) => this.#parts(window, feature)));
  }

  /** The same, as soon as others are encoded. */
  #beginAfter(others: readonly ClosedParts[], windows: readonly ClosedWindow[]): Promise<ClosedParts[]> {
    const begun = Promise.all(others.map(({ objects }) => objects)).then(() => this.#begin(windows));
    // Whoever goes on with them hears of a failure; until then it is nobody's.
    begun.catch(() => undefined);
    return begun;
  }

  #parts(window: OpenWindow, feature: Feature): ClosedParts {
    const partitions = Array.from({ length: this.#store.partitions }, (_, partition) => partition);
    const filled = partitions.filter((partition) => window.table(feature.name, partition));
    const byPartition = <T>(parts: readonly T[]): (T | undefined)[] =>
      partitions.map((partition) => parts[filled.indexOf(partition)]);
    const sorted = this.#workers.sort(
      feature.name,
      filled.map((partition) => packPart(window, feature, partition)),
    );
    const encoded = sorted.then((rows) => this.#workers.encode(feature.name, rows));
    const parts = { window, feature, rows: sorted.then(byPartition), objects: encoded.then(byPartition) };
    // Whoever writes them hears of a failure; until then it is nobody's.
    Promise.all([parts.rows, parts.objects]).catch(() => undefined);
    return parts;
  }
}

const writtenWindow = (parts: readonly WindowPart[]): WrittenWindow => ({
  window: parts[0].window,
  feature: parts[0].feature,
  revision: parts[0].revision,
  rows: parts.reduce((sum, { rows }) => sum + rows, 0),
});

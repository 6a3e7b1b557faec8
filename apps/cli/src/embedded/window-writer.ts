import { type Feature, type OpenWindow, packPart } from '@neartime/engines';
import type { Clock, WindowPart } from '@neartime/streams';
import type { EmbeddedStore } from './embedded-store.ts';
import { type ClosedParts, PartsWriter } from './parts-writer.ts';
import { batches } from './together.ts';
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

/**
 * Writes closed windows: first the objects, then the online rows, then the catalogue's row, which says that it is done. A
 * crash in between leaves windows that are written again, to the same bytes.
 */
export class WindowWriter {
  readonly #store: EmbeddedStore;
  readonly #workers: Workers;
  readonly #writer: PartsWriter;
  readonly #written: WrittenWindows;

  private constructor(store: EmbeddedStore, workers: Workers, clock: Clock, written: WrittenWindows) {
    this.#store = store;
    this.#workers = workers;
    this.#writer = new PartsWriter(store, clock);
    this.#written = written;
  }

  static async over(store: EmbeddedStore, workers: Workers, clock: Clock): Promise<WindowWriter> {
    return new WindowWriter(store, workers, clock, await WrittenWindows.of(store.catalogue));
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
    const inOrder = windows.toSorted((a, b) => a.window.start - b.window.start);
    const waiting = batches(inOrder, rowsAtOnce, ({ window }) => window.rows);
    let next = waiting.next().value?.map((window) => this.#begin(window));
    while (next) {
      const batch = next.flat();
      next = waiting.next().value?.map((window) => this.#begin(window));
      yield* await this.#writeTogether(batch);
    }
  }

  async #writeTogether(batch: readonly ClosedParts[]): Promise<WrittenWindow[]> {
    const written = await this.#writer.write(batch);
    // What the catalogue says is written has to be on the disk, even if the machine loses its power.
    await this.#store.online.flush();
    await this.#store.catalogue.recordParts(written.flat());
    return written.map(writtenWindow);
  }

  /** Has the parts of a window sorted and encoded beside the main thread. */
  #begin({ window, features }: ClosedWindow): ClosedParts[] {
    return features.map((feature) => {
      const parts = this.#parts(window, feature);
      // Whoever writes them hears of a failure; until then it is nobody's.
      Promise.all([parts.rows, parts.objects]).catch(() => undefined);
      return parts;
    });
  }

  #parts(window: OpenWindow, feature: Feature): ClosedParts {
    const partitions = Array.from({ length: this.#store.partitions }, (_, partition) => partition);
    const filled = partitions.filter((partition) => window.table(feature.name, partition));
    const byPartition = <T>(parts: readonly T[]): (T | undefined)[] => partitions.map((partition) => parts[filled.indexOf(partition)]);
    const sorted = this.#workers.sort(
      feature.name,
      filled.map((partition) => packPart(window, feature, partition)),
    );
    const encoded = sorted.then((rows) => this.#workers.encode(feature.name, rows));
    return { window, feature, rows: sorted.then(byPartition), objects: encoded.then(byPartition) };
  }
}

const writtenWindow = (parts: readonly WindowPart[]): WrittenWindow => ({
  window: parts[0].window,
  feature: parts[0].feature,
  revision: parts[0].revision,
  rows: parts.reduce((sum, { rows }) => sum + rows, 0),
});

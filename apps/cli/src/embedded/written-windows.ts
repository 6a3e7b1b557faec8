import type { Feature } from '@neartime/engines';
import type { Catalogue } from '@neartime/streams';

/**
 * Which windows each feature has written, or is writing, whoever of this process does it: such a window takes nothing more,
 * what it misses is found by counting.
 */
export class WrittenWindows {
  readonly #byFeature = new Map<string, Set<number>>();

  static async of(catalogue: Catalogue): Promise<WrittenWindows> {
    const written = new WrittenWindows();
    for (const { state, feature, window } of await catalogue.windowParts()) {
      if (state !== 'stale') written.add(feature, window);
    }
    return written;
  }

  has({ name }: Feature, window: number): boolean {
    return this.#byFeature.get(name)?.has(window) ?? false;
  }

  add(feature: string, window: number): void {
    const windows = this.#byFeature.get(feature);
    if (windows) windows.add(window);
    else this.#byFeature.set(feature, new Set([window]));
  }
}

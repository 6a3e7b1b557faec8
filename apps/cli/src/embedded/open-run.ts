import { EmbeddedStore } from './embedded-store.ts';
import { HeldWindows } from './held-windows.ts';
import { Workers } from './workers.ts';

/** A store opened for writing, and what works for it: threads, which do not know the store, and room for windows that wait. */
export interface Run extends AsyncDisposable {
  readonly store: EmbeddedStore;
  readonly workers: Workers;
  readonly held: HeldWindows;
}

export async function openRun(folder: string, asked?: { readonly partitions?: number | undefined }): Promise<Run> {
  await using opened = new AsyncDisposableStack();
  // Threads start while the store is opened.
  const workers = opened.use(new Workers());
  const store = opened.use(await EmbeddedStore.open(folder, asked));
  const held = opened.use(new HeldWindows(folder));
  const all = opened.move();
  return { store, workers, held, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

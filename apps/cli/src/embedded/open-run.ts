import { EmbeddedStore } from './embedded-store.ts';
import { Workers } from './workers.ts';

/** A store opened for writing, and the threads that work for it. Disposed, the threads end before the store is closed. */
export interface Run extends AsyncDisposable {
  readonly store: EmbeddedStore;
  readonly workers: Workers;
}

export async function openRun(folder: string, asked?: { readonly partitions?: number | undefined }): Promise<Run> {
  // Threads start while the store is opened.
  const workers = new Workers();
  try {
    const store = await EmbeddedStore.open(folder, asked);
    return {
      store,
      workers,
      async [Symbol.asyncDispose]() {
        await workers[Symbol.asyncDispose]();
        store[Symbol.dispose]();
      },
    };
  } catch (error) {
    await workers[Symbol.asyncDispose]();
    throw error;
  }
}

import { EmbeddedStore } from './embedded-store.ts';
import { Workers } from './workers.ts';

/** A store opened for writing, and the threads that work for it, which do not know the store. */
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
        const ended = workers[Symbol.asyncDispose]();
        try {
          store[Symbol.dispose]();
        } finally {
          await ended;
        }
      },
    };
  } catch (error) {
    await workers[Symbol.asyncDispose]();
    throw error;
  }
}

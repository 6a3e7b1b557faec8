import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../failure.ts';
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

/** A run over a store that was filled, and the reservoir that it was made of. */
export interface StandingRun extends Run {
  readonly root: string;
}

export async function openStandingRun(out: string): Promise<StandingRun> {
  if (!existsSync(join(out, 'catalogue.db'))) throw new Failure(`no store in ${out} (there is no catalogue.db)`);
  await using opened = new AsyncDisposableStack();
  const run = opened.use(await openRun(out));
  const root = await run.store.catalogue.setting('reservoir');
  if (root === undefined)
    throw new Failure(`the store in ${out} was never filled; run neartime backfill --in DIR --out ${out}`);
  const all = opened.move();
  return { ...run, root, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

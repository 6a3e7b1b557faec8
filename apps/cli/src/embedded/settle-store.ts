import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Feature } from '@neartime/engines';
import { type Clock, systemClock } from '@neartime/streams';
import { Failure } from '../failure.ts';
import { openRun } from './open-run.ts';
import { type Settling, settle } from './settle.ts';
import { WindowWriter } from './window-writer.ts';

/** Reprocesses now every window of a store that lacks lines, whatever it was put off to, from the reservoir that the store was made of. */
export async function settleStore(
  { out, features }: { out: string; features: readonly Feature[] },
  clock: Clock = systemClock,
): Promise<Settling> {
  if (!existsSync(join(out, 'catalogue.db'))) throw new Failure(`no store in ${out} (there is no catalogue.db)`);
  await using run = await openRun(out);
  const { store, workers } = run;
  const root = await store.catalogue.setting('reservoir');
  if (root === undefined)
    throw new Failure(`the store in ${out} was never filled; run neartime backfill --in DIR --out ${out}`);
  const writer = await WindowWriter.over(run, clock);
  const listener = { fileRead() {}, fileQuarantined() {}, windowWritten() {} };
  const tasks = await store.catalogue.tasks();
  // A window whose task is still to come is not late yet: the run that has it open will close it.
  const coming = new Set(
    tasks.filter(({ tsToProcess }) => tsToProcess > clock.now()).map(({ dataChunk }) => dataChunk),
  );
  const takesUnwritten = (window: number) => !coming.has(window);
  return await settle({
    store,
    root,
    workers,
    writer,
    clock,
    features,
    registered: features,
    listener,
    backoff: 0,
    isLookedAt: () => true,
    takesUnwritten,
  });
}

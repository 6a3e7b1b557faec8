import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Feature } from '@neartime/engines';
import { type Clock, systemClock } from '@neartime/streams';
import { Failure } from '../failure.ts';
import { EmbeddedStore } from './embedded-store.ts';
import { type Unsettled, settle } from './settle.ts';
import { WindowWriter, type WrittenWindow } from './window-writer.ts';
import { Workers } from './workers.ts';

/** Reprocesses now every window of a store that lacks lines, whatever it was put off to, from the reservoir that the store was made of. */
export async function settleStore(
  { out, features }: { out: string; features: readonly Feature[] },
  clock: Clock = systemClock,
): Promise<{ written: WrittenWindow[]; unsettled: Unsettled[] }> {
  if (!existsSync(join(out, 'catalogue.db'))) throw new Failure(`no store in ${out} (there is no catalogue.db)`);
  using store = await EmbeddedStore.open(out);
  const root = await store.catalogue.setting('reservoir');
  if (root === undefined) throw new Failure(`the store in ${out} was never filled; run neartime backfill --in DIR --out ${out}`);
  await using workers = new Workers();
  const writer = new WindowWriter(store, workers, clock);
  const written: WrittenWindow[] = [];
  const listener = { filesFound() {}, fileRead() {}, fileQuarantined() {}, windowWritten: (window: WrittenWindow) => void written.push(window) };
  const due = new Set((await store.catalogue.tasks()).filter(({ tsToProcess }) => tsToProcess > clock.now()).map(({ dataChunk }) => dataChunk));
  const options = { store, root, workers, writer, clock, features, registered: features, listener, backoff: 0, isLookedAt: () => true };
  // A window whose task is still to come is not late yet: the run that has it open will close it.
  const settling = { ...options, takesUnwritten: (window: number) => !due.has(window) };
  const unsettled = await settle(settling);
  if (unsettled.length === 0) await settle(settling);
  return { written, unsettled };
}

import type { Feature } from '@neartime/engines';
import { type Clock, type WindowToCheck, systemClock } from '@neartime/streams';
import { type StandingRun, openStandingRun } from './open-run.ts';
import { type Settling, settle } from './settle.ts';
import { WindowWriter } from './window-writer.ts';

/** Reprocesses now every window of a store that lacks lines, whatever it was put off to, from the reservoir that the store was made of. */
export async function settleStore(
  { out, features }: { out: string; features: readonly Feature[] },
  clock: Clock = systemClock,
): Promise<Settling> {
  await using run = await openStandingRun(out);
  return await settleRun(run, { features, registered: features }, clock);
}

/** The same for a store that is open; `isLookedAt` leaves windows out. */
export async function settleRun(
  run: StandingRun,
  { features, registered }: { readonly features: readonly Feature[]; readonly registered: readonly Feature[] },
  clock: Clock,
  isLookedAt: (check: WindowToCheck) => boolean = () => true,
): Promise<Settling> {
  const { store, workers, root } = run;
  const writer = await WindowWriter.over(run, clock);
  const listener = { fileRead() {}, fileQuarantined() {}, windowWritten() {} };
  const tasks = await store.catalogue.tasks();
  // A window whose task is still to come is not late yet: the run that has it open will close it.
  const coming = new Set(
    tasks.filter(({ tsToProcess }) => tsToProcess > clock.now()).map(({ dataChunk }) => dataChunk),
  );
  const takesUnwritten = (window: number) => !coming.has(window);
  return await settle({
    ...{ store, root, workers, writer, clock, features, registered, listener },
    ...{ backoff: 0, isLookedAt, takesUnwritten },
  });
}

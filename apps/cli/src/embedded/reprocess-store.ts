import type { Feature } from '@neartime/engines';
import { requestsFor } from '@neartime/settling';
import { type Clock, systemClock } from '@neartime/streams';
import { openStandingRun } from './open-run.ts';
import type { Settling } from './settle.ts';
import { settleRun } from './settle-store.ts';

export interface ReprocessStoreOptions {
  readonly out: string;
  readonly feature: Feature;
  readonly registered: readonly Feature[];
  readonly from: number;
  readonly to: number;
}

/** Computes windows of a feature anew from raw files, whatever they hold, each as its next revision. */
export async function reprocessStore(
  { out, feature, registered, from, to }: ReprocessStoreOptions,
  clock: Clock = systemClock,
): Promise<Settling> {
  await using run = await openStandingRun(out);
  const requests = await requestsFor(run.store.catalogue, feature, { from, to });
  await run.store.catalogue.ask(requests);
  const asked = new Set(requests.map(({ window }) => window));
  return await settleRun(run, { features: [feature], registered }, clock, ({ window }) => asked.has(window));
}

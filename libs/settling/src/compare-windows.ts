import { murmur2, windowSeconds } from '@neartime/engines';
import type { Catalogue, Clock, RegisteredFeature, WindowToCheck } from '@neartime/streams';
import pLimit from 'p-limit';
import { putOffFrom } from './backoff.ts';
import { type WindowState, windowState } from './window-state.ts';

export interface CompareOptions {
  readonly catalogue: Pick<Catalogue, 'linesSent' | 'windowParts' | 'closedUpTo' | 'putOff' | 'settled' | 'askParity'>;
  readonly clock: Clock;
  /** Every registered feature: a window leaves the list when all of them have it settled. */
  readonly registered: readonly RegisteredFeature[];
  /** Seconds before a window that was found to differ is reprocessed the first time. */
  readonly settleAfter: number;
  /** Of so many windows that are settled, one is computed again to be compared; 0: none is. */
  readonly parityOneIn: number;
}

const windowsAtOnce = 16;
/** A window that is not closed so long after its task is computed from raw files. */
const longestOpen = 86_400;

/** Compares windows whose time has come, and takes those off the list that every feature has settled. */
export async function compareWindows(list: readonly WindowToCheck[], options: CompareOptions): Promise<void> {
  const now = options.clock.now();
  const atOnce = pLimit(windowsAtOnce);
  const due = list.filter(({ notBefore }) => notBefore <= now);
  if (due.length === 0) return;
  const features: Compared[] = [];
  for (const feature of options.registered)
    features.push({ feature, closedUpTo: await options.catalogue.closedUpTo(feature.name) });
  await Promise.all(due.map((check) => atOnce(() => compareOne(check, features, options))));
}

interface Compared {
  readonly feature: RegisteredFeature;
  readonly closedUpTo: readonly (number | undefined)[];
}

async function compareOne(check: WindowToCheck, features: readonly Compared[], options: CompareOptions): Promise<void> {
  const { catalogue, clock, settleAfter, parityOneIn } = options;
  const now = clock.now();
  const filled: string[] = [];
  let isSettled = true;
  for (const { feature, closedUpTo } of features) {
    const { name } = feature;
    if (isWaiting(check, name, now)) {
      isSettled = false;
      continue;
    }
    const state = await windowState(catalogue, feature, check.window, { above: check.asked.get(name), closedUpTo });
    if (state.lines > 0) filled.push(name);
    if (state.is === 'settled') continue;
    isSettled = false;
    if (isDueState(state, check, now) && !check.differing.has(name) && !check.asked.has(name))
      await catalogue.putOff(check.window, name, putOffFrom(undefined, now, settleAfter));
  }
  if (!isSettled) return;
  // Before it leaves the list: after a crash in between it is settled again.
  for (const name of filled)
    if (isSampled(name, check.window, parityOneIn)) await catalogue.askParity(name, [check.window]);
  await catalogue.settled(check);
}

/** Whether a window that is in this state has to come from raw files, sooner or later. */
export const isDueState = ({ is }: WindowState, { notBefore }: WindowToCheck, now: number): boolean =>
  is === 'differs' || (is === 'open' && now >= notBefore + longestOpen);

/** Whether a window is reprocessed for a feature now, if it differs still. */
export function isDueNow({ notBefore, differing, asked }: WindowToCheck, feature: string, now: number): boolean {
  const found = differing.get(feature);
  // Of one that was computed it is not known whether that was before it was asked for.
  const isAsked = asked.has(feature) && (found?.attempts ?? 1) === 1;
  return notBefore <= now && (isAsked || (found?.dueAt ?? Infinity) <= now);
}

/** Whether it waits to be computed for the first time. One that was computed may be written, and so settled, at any time. */
function isWaiting({ differing }: WindowToCheck, feature: string, now: number): boolean {
  const found = differing.get(feature);
  return found !== undefined && found.attempts === 1 && found.dueAt > now;
}

/** The same for everybody who asks. */
export function isSampled(feature: string, window: number, oneIn: number): boolean {
  if (oneIn === 0) return false;
  const name = Buffer.from(`${feature} ${window / windowSeconds}`);
  return (murmur2(name, 0, name.length) >>> 0) % oneIn === 0;
}

import type { Feature } from '@neartime/engines';
import { isDueNow, isDueState, windowState } from '@neartime/settling';
import type { Catalogue, Differing, WindowToCheck } from '@neartime/streams';
import { firstWindows } from './first-window.ts';

/** A window that has to come from raw files. */
export interface DueWindow {
  readonly feature: Feature;
  readonly window: number;
  /** How many lines the files sent to it. */
  readonly lines: number;
  /** What is known of it on the list of windows to check. */
  readonly differing?: Differing | undefined;
}

/** The windows on the list whose time has come for a feature, and that differ still. */
export async function dueOnList(
  list: readonly WindowToCheck[],
  feature: Feature,
  catalogue: Pick<Catalogue, 'linesSent' | 'windowParts' | 'closedUpTo'>,
  now: number,
): Promise<DueWindow[]> {
  const due: DueWindow[] = [];
  const closedUpTo = await catalogue.closedUpTo(feature.name);
  for (const check of list.filter((one) => isDueNow(one, feature.name, now))) {
    const state = await windowState(catalogue, feature, check.window, {
      above: check.asked.get(feature.name),
      closedUpTo,
    });
    if (isDueState(state, check, now))
      due.push({ feature, window: check.window, lines: state.lines, differing: check.differing.get(feature.name) });
  }
  return due;
}

/** What finding windows that the log has lost asks the catalogue. */
export type LostCatalogue = Pick<Catalogue, 'setting' | 'touchedWindows' | 'windowParts' | 'linesSent'>;

/**
 * The windows of a feature that the log does not hold whole on some partition, in order: files sent lines to them there, and no part
 * of them is written there. `whole` are those that are known to be none, with where the partitions began when that was found; it is
 * added to. A partition that has not said where it begins yet may have lost more.
 */
export async function lostFromLog(
  catalogue: LostCatalogue,
  feature: Feature,
  partitions: number,
  whole: Map<number, string>,
): Promise<DueWindow[]> {
  const firsts = await firstWindows(catalogue, feature.name, partitions);
  const judgedBy = firsts.join();
  const due: DueWindow[] = [];
  for (const window of await catalogue.touchedWindows(feature.entity, feature.since, Math.max(...firsts))) {
    if (whole.get(window) === judgedBy) continue;
    const lines = await linesLost(catalogue, feature, window, firsts);
    if (lines > 0) due.push({ feature, window, lines });
    else whole.set(window, judgedBy);
  }
  return due;
}

/** How many lines a window has in all, where some of them are lost; 0 when none is. */
async function linesLost(
  catalogue: Pick<Catalogue, 'windowParts' | 'linesSent'>,
  { name, entity }: Feature,
  window: number,
  firsts: readonly number[],
): Promise<number> {
  const [sent, parts] = await Promise.all([
    catalogue.linesSent(entity, window),
    catalogue.windowParts({ feature: name, window }),
  ]);
  const written = new Set(parts.filter(({ state }) => state === 'written').map(({ partition }) => partition));
  const isLost = firsts.some(
    (first, partition) => sent[partition] !== undefined && window < first && !written.has(partition),
  );
  return isLost ? sent.reduce((sum, each) => sum + (each?.lines ?? 0), 0) : 0;
}

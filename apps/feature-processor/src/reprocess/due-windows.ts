import type { Feature } from '@neartime/engines';
import type { Catalogue } from '@neartime/streams';
import { firstWindows } from './first-window.ts';

/** A window that has to come from raw files. */
export interface DueWindow {
  readonly feature: Feature;
  readonly window: number;
}

/** What finding them asks the catalogue. */
export type DueCatalogue = Pick<Catalogue, 'setting' | 'touchedWindows' | 'windowParts' | 'linesSent'>;

/**
 * The windows of a feature that are to come from raw files, in order: on some partition the log does not hold them whole, files sent
 * lines to them there, and no part of them is written there. `done` are those that are known to be none, and is added to.
 */
export async function dueWindows(
  catalogue: DueCatalogue,
  feature: Feature,
  partitions: number,
  done: Set<number>,
): Promise<DueWindow[]> {
  const firsts = await firstWindows(catalogue, feature.name, partitions);
  const due: DueWindow[] = [];
  for (const window of await catalogue.touchedWindows(feature.entity, feature.since, Math.max(...firsts))) {
    if (done.has(window)) continue;
    const lacking = await lackingPartitions(catalogue, feature, window, firsts);
    if (lacking.length > 0) due.push({ feature, window });
    else done.add(window);
  }
  return due;
}

async function lackingPartitions(
  catalogue: Pick<Catalogue, 'windowParts' | 'linesSent'>,
  { name, entity }: Feature,
  window: number,
  firsts: readonly number[],
): Promise<number[]> {
  const [sent, parts] = await Promise.all([
    catalogue.linesSent(entity, window),
    catalogue.windowParts({ feature: name, window }),
  ]);
  const written = new Set(parts.filter(({ state }) => state === 'written').map(({ partition }) => partition));
  return [...firsts.keys()].filter(
    (partition) => sent[partition] !== undefined && window < firsts[partition]! && !written.has(partition),
  );
}

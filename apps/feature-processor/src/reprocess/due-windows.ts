import { type Feature, windowEnd } from '@neartime/engines';
import type { Catalogue } from '@neartime/streams';
import { firstWindows } from './first-window.ts';

/** A window that has to come from raw files. */
export interface DueWindow {
  readonly feature: Feature;
  readonly window: number;
}

/** The windows of a feature that the log does not hold whole, that a file touched, and that are not written, in order. */
export async function dueWindows(
  catalogue: Pick<Catalogue, 'setting' | 'unwrittenWindows' | 'windowParts' | 'linesSent'>,
  feature: Feature,
  partitions: number,
): Promise<DueWindow[]> {
  const firsts = await firstWindows(catalogue, feature.name, partitions);
  const [least, greatest] = [Math.min(...firsts), Math.max(...firsts)];
  const unwritten = new Set(await catalogue.unwrittenWindows(feature, feature.since, greatest));
  // Between the two some partitions come from the log: such a window is written, but in part.
  for (
    let window = Math.max(least, feature.since);
    window < greatest && Number.isFinite(window);
    window = windowEnd(window)
  )
    if (!unwritten.has(window) && (await isWrittenInPart(catalogue, feature, window, firsts))) unwritten.add(window);
  return [...unwritten].sort((a, b) => a - b).map((window) => ({ feature, window }));
}

async function isWrittenInPart(
  catalogue: Pick<Catalogue, 'windowParts' | 'linesSent'>,
  { name, entity }: Feature,
  window: number,
  firsts: readonly number[],
): Promise<boolean> {
  const sent = await catalogue.linesSent(entity, window);
  if (!sent.some((lines, partition) => lines !== undefined && window < firsts[partition]!)) return false;
  const written = new Set((await catalogue.windowParts({ feature: name, window })).map(({ partition }) => partition));
  return sent.some((lines, partition) => lines !== undefined && window < firsts[partition]! && !written.has(partition));
}

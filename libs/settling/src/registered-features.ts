import type { Entity } from '@neartime/schemas';
import type { Catalogue, RegisteredFeature } from '@neartime/streams';

const prefix = 'feature/';

/** A registered feature as its setting keeps it. */
interface Kept {
  readonly entity: Entity;
  /** Epoch seconds; null for one that has no beginning. */
  readonly since: number | null;
  readonly retired?: true;
  /** Its windows are not all on the list yet. */
  readonly isMarking?: true;
}

/**
 * Says that windows of these features are kept account of from now on (epoch seconds). The windows of one that is new, has another
 * beginning, or was retired for a while are put on the list to check: they may have left it without that feature.
 */
export async function registerFeatures(
  catalogue: Pick<Catalogue, 'settings' | 'setSetting' | 'touchedWindows' | 'mark'>,
  features: readonly RegisteredFeature[],
  now: number,
): Promise<void> {
  const standing = await catalogue.settings(prefix);
  for (const { name, entity, since } of features) {
    const kept: Kept = { entity, since: finite(since) };
    if (standing.get(name) === JSON.stringify(kept)) continue;
    // Windows are compared for it before they are marked, and whoever dies in between marks them when he comes back.
    await keep(catalogue, name, { ...kept, isMarking: true });
    await catalogue.mark(await catalogue.touchedWindows(entity, since, Infinity), now);
    await keep(catalogue, name, kept);
  }
}

/** Says that a feature is computed no more: no window waits for it. False when it is not registered. */
export async function retireFeature(catalogue: Catalogue, name: string): Promise<boolean> {
  const feature = (await registeredFeatures(catalogue)).find((one) => one.name === name);
  if (!feature) return false;
  await keep(catalogue, name, { entity: feature.entity, since: finite(feature.since), retired: true });
  return true;
}

/** The features of which some processor was started, and that were not retired since, by name. */
export async function registeredFeatures(catalogue: Pick<Catalogue, 'settings'>): Promise<RegisteredFeature[]> {
  const kept = [...(await catalogue.settings(prefix))].map(([name, text]) => ({ name, ...(JSON.parse(text) as Kept) }));
  return kept
    .filter(({ retired }) => !retired)
    .map(({ name, entity, since }) => ({ name, entity, since: since ?? -Infinity }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

const keep = (catalogue: Pick<Catalogue, 'setSetting'>, name: string, kept: Kept): Promise<void> =>
  catalogue.setSetting(prefix + name, JSON.stringify(kept));

const finite = (since: number): number | null => (Number.isFinite(since) ? since : null);

import type { Entity } from '@neartime/schemas';
import type { Catalogue, RegisteredFeature } from '@neartime/streams';

const prefix = 'feature/';

/** A registered feature as its setting keeps it. */
interface Kept {
  readonly entity: Entity;
  /** Epoch seconds; null for one that has no beginning. */
  readonly since: number | null;
  readonly retired?: true;
}

/** Says that windows of these features are kept account of from now on. */
export async function registerFeatures(
  catalogue: Pick<Catalogue, 'setSetting'>,
  features: readonly RegisteredFeature[],
): Promise<void> {
  for (const { name, entity, since } of features) await keep(catalogue, name, { entity, since: finite(since) });
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

import type { Catalogue, RegisteredFeature, ReprocessRequest } from '@neartime/streams';

/** What is to be asked for to have the windows of a feature in [from, to) computed anew: those that files sent lines to. */
export async function requestsFor(
  catalogue: Pick<Catalogue, 'touchedWindows' | 'windowParts'>,
  { name, entity, since }: RegisteredFeature,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<ReprocessRequest[]> {
  const windows = await catalogue.touchedWindows(entity, Math.max(from, since), to);
  const requests: ReprocessRequest[] = [];
  for (const window of windows) {
    const parts = await catalogue.windowParts({ feature: name, window });
    requests.push({ feature: name, window, above: Math.max(-1, ...parts.map(({ revision }) => revision)) });
  }
  return requests;
}

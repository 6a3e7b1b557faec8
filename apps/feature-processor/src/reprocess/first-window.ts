import type { Catalogue } from '@neartime/streams';

const settingOf = (feature: string, partition: number): string => `first-window/${feature}/${partition}`;

/** Says from which window on the stream holds a feature whole on a partition. */
export async function setFirstWindow(
  catalogue: Pick<Catalogue, 'setSetting'>,
  { feature, partition, window }: { readonly feature: string; readonly partition: number; readonly window: number },
): Promise<void> {
  await catalogue.setSetting(settingOf(feature, partition), String(window));
}

/** By partition: the first window that the stream holds whole; -Infinity where it has lost nothing. */
export async function firstWindows(
  catalogue: Pick<Catalogue, 'setting'>,
  feature: string,
  partitions: number,
): Promise<number[]> {
  const settings = Array.from({ length: partitions }, (_, partition) =>
    catalogue.setting(settingOf(feature, partition)),
  );
  return (await Promise.all(settings)).map((value) => (value === undefined ? -Infinity : Number(value)));
}

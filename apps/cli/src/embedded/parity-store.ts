import type { Feature } from '@neartime/engines';
import { encodeRows, noRows } from '@neartime/parquet';
import { checkParity, isSampled } from '@neartime/settling';
import { type Clock, type ParityResult, systemClock } from '@neartime/streams';
import { FolderReservoir } from '@neartime/streams/embedded';
import { openStandingRun } from './open-run.ts';

export interface ParityStoreOptions {
  readonly out: string;
  readonly features: readonly Feature[];
  readonly from: number;
  readonly to: number;
  /** Of so many windows one is checked. */
  readonly oneIn: number;
  readonly onProgress: (done: number, all: number) => void;
}

/** Results, and the windows that are to be settled first. */
export interface ParityOfStore {
  readonly results: readonly ParityResult[];
  readonly left: readonly { readonly feature: string; readonly window: number }[];
}

const windowsAtOnce = 12;

/** Computes windows of a store again from its raw files and compares them with what stands; the results are in its catalogue. */
export async function parityOfStore(options: ParityStoreOptions, clock: Clock = systemClock): Promise<ParityOfStore> {
  const { out, features, from, to, oneIn, onProgress } = options;
  await using run = await openStandingRun(out);
  const { catalogue, objects, partitions } = run.store;
  const reservoir = new FolderReservoir(run.root);
  const asked = await Promise.all(
    features.map(async (feature) => {
      const touched = await catalogue.touchedWindows(feature.entity, Math.max(from, feature.since), to);
      return { feature, windows: touched.filter((window) => isSampled(feature.name, window, oneIn)) };
    }),
  );
  const all = asked.reduce((sum, { windows }) => sum + windows.length, 0);
  const shared = {
    ...{ catalogue, objects, partitions, clock, rawFile: (path: string) => ({ reservoir, path }) },
    encode: encodeAnyRows,
    onAway: (error: Error) => {
      throw error;
    },
  };
  const results: ParityResult[] = [];
  for (const { feature, windows } of asked)
    for (let at = 0; at < windows.length; at += windowsAtOnce) {
      onProgress(results.length, all);
      const some = windows.slice(at, at + windowsAtOnce);
      results.push(...(await checkParity(feature, some, shared, new AbortController().signal)));
    }
  const checked = new Set(results.map(({ feature, window }) => `${feature} ${window}`));
  const left = asked
    .flatMap(({ feature: { name }, windows }) => windows.map((window) => ({ feature: name, window })))
    .filter(({ feature, window }) => !checked.has(`${feature} ${window}`));
  return { results, left };
}

const encodeAnyRows = (rows: Parameters<typeof encodeRows>[0] | undefined, { engine }: Feature) =>
  encodeRows(rows ?? noRows, engine.output);

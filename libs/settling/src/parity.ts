import { type Feature, type OpenWindow, checksum, noLines, packPart, sameLines, sortRows } from '@neartime/engines';
import type { PartRows } from '@neartime/schemas';
import {
  type Catalogue,
  type Clock,
  type ObjectStore,
  type ParityResult,
  type WindowPart,
  objectName,
} from '@neartime/streams';
import { type ReadWindowsOptions, readWindows } from './read-windows.ts';

export interface ParityOptions extends ReadWindowsOptions {
  readonly catalogue: ReadWindowsOptions['catalogue'] & Pick<Catalogue, 'windowParts' | 'recordParity' | 'toCheck'>;
  readonly objects: ObjectStore;
  /** The bytes of the object of a part. */
  readonly encode: (rows: PartRows | undefined, feature: Feature) => Promise<Uint8Array>;
  readonly clock: Clock;
  /** A file could not be had now; its windows stay due. */
  readonly onAway: (error: Error) => void;
}

/**
 * Computes windows again from raw files and compares: the lines and rows of every part, by their checksums, and the object, by its
 * ETag. The result goes to the catalogue; of a part that differs the computed version is put beside the one that stands, which
 * is left as it is. Windows that are being changed meanwhile, or are to be compared with their files first, are left out.
 */
export async function checkParity(
  feature: Feature,
  windows: readonly number[],
  options: ParityOptions,
  signal: AbortSignal,
): Promise<ParityResult[]> {
  const before = await partsOf(feature, windows, options);
  const { whole, incomplete, away } = await readWindows(
    new Map(windows.map((window) => [window, [feature]])),
    options,
    signal,
  );
  for (const error of new Set(away.values())) options.onAway(error);
  const after = await partsOf(feature, windows, options);
  const moving = new Set((await options.catalogue.toCheck()).map(({ window }) => window));
  const isStill = (window: number) => !moving.has(window) && isSame(before.get(window)!, after.get(window)!);
  const results: ParityResult[] = [];
  for (const window of whole.filter(({ start }) => isStill(start)))
    results.push(await compared(window, feature, after.get(window.start)!, options));
  for (const [window, why] of incomplete)
    if (!away.has(window)) results.push(resultOf(feature, window, after.get(window)!, 'unknown', why, options));
  for (const result of results) await options.catalogue.recordParity(result);
  return results;
}

type Parts = ReadonlyMap<number, WindowPart>;

async function partsOf(
  { name }: Feature,
  windows: readonly number[],
  { catalogue }: ParityOptions,
): Promise<Map<number, Parts>> {
  const found = windows.map(async (window): Promise<[number, Parts]> => {
    const parts = await catalogue.windowParts({ feature: name, window });
    return [window, new Map(parts.map((part) => [part.partition, part]))];
  });
  return new Map(await Promise.all(found));
}

const isSame = (before: Parts, after: Parts): boolean =>
  before.size === after.size &&
  [...after].every(([partition, { revision, state }]) => {
    const was = before.get(partition);
    return was?.revision === revision && was.state === state && state === 'written';
  });

async function compared(
  window: OpenWindow,
  feature: Feature,
  parts: Parts,
  options: ParityOptions,
): Promise<ParityResult> {
  const faults: string[] = [];
  for (let partition = 0; partition < options.partitions; partition++) {
    const fault = await faultOf(window, feature, partition, parts.get(partition), options);
    if (fault !== undefined) faults.push(`part ${partition}: ${fault}`);
  }
  return resultOf(feature, window.start, parts, faults.length === 0 ? 'equal' : 'differs', faults.join('; '), options);
}

/** In which way a part is not what the raw files give; `undefined` when it is. */
async function faultOf(
  window: OpenWindow,
  feature: Feature,
  partition: number,
  part: WindowPart | undefined,
  { objects, encode }: ParityOptions,
): Promise<string | undefined> {
  const table = window.table(feature.name, partition);
  const rows = table ? sortRows(packPart(window, feature, partition), feature) : undefined;
  const name = objectName(feature.name, window.start, partition);
  const lines = window.lines(feature.entity, partition);
  const isEqual = sameLines(part?.lines ?? noLines, lines) && (part?.checksum ?? '') === (rows ? checksum(rows) : '');
  const standing = await objects.head(name);
  if (isEqual && (part?.etag ?? undefined) === standing) return undefined;
  const copy = `features_parity/${name.slice(name.indexOf('/') + 1)}`;
  await putBeside(objects, copy, await encode(rows, feature));
  return isEqual
    ? `${name} ${standing === undefined ? 'is missing' : 'is not the object that was written'}; what it should be is ${copy}`
    : `${part?.rows ?? 0} rows of ${part?.lines.lines ?? 0} lines stand in ${name}, raw files give ${rows?.rows ?? 0} of ${lines.lines}, see ${copy}`;
}

async function putBeside(objects: ObjectStore, name: string, body: Uint8Array): Promise<void> {
  const standing = await objects.head(name);
  // One that somebody puts at the same time is the same.
  await objects.put(name, body, standing === undefined ? { ifNoneMatch: '*' } : { ifMatch: standing });
}

const resultOf = (
  { name }: Feature,
  window: number,
  parts: Parts,
  outcome: ParityResult['outcome'],
  detail: string,
  { clock }: ParityOptions,
): ParityResult => ({
  ...{ feature: name, window, outcome, detail, checkedAt: clock.now() },
  revision: Math.max(-1, ...[...parts.values()].map(({ revision }) => revision)),
});

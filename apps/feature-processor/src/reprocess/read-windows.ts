import { EventFold, type Feature, OpenWindow, mergeFolded } from '@neartime/engines';
import { parseRawFileName, readRawFile, untilAborted } from '@neartime/ingest';
import { eventSchema, maxWindowsPerFile } from '@neartime/schemas';
import { type Catalogue, FileRefused, type Reservoir } from '@neartime/streams';

export interface ReadWindowsOptions {
  readonly catalogue: Pick<Catalogue, 'filesOf' | 'file' | 'windowsOf'>;
  readonly reservoirOf: (bucket: string) => Reservoir;
  readonly partitions: number;
}

/** Windows computed whole, and those that cannot be, with the file that is to blame. */
export interface ReadWindows {
  readonly whole: readonly OpenWindow[];
  readonly incomplete: ReadonlyMap<number, string>;
}

/** Computes windows of a feature from the raw files that touched them; each file is read once. */
export async function readWindows(
  feature: Feature,
  starts: readonly number[],
  options: ReadWindowsOptions,
  signal: AbortSignal,
): Promise<ReadWindows> {
  const { catalogue, partitions } = options;
  const windows = new Map(
    starts.map((start) => [start, new OpenWindow(start, { features: [feature], partitions, tracksChanges: false })]),
  );
  const incomplete = new Map<number, string>();
  for (const path of await catalogue.filesOf(feature.entity, starts)) {
    const fault = await readInto(windows, path, feature, options, signal);
    if (fault === undefined) continue;
    for (const window of await catalogue.windowsOf(path)) if (windows.has(window)) incomplete.set(window, fault);
  }
  return { whole: [...windows.values()].filter(({ start }) => !incomplete.has(start)), incomplete };
}

/** Reads a file into the windows that it touched; gives what is wrong with it. */
async function readInto(
  windows: ReadonlyMap<number, OpenWindow>,
  path: string,
  feature: Feature,
  { catalogue, reservoirOf, partitions }: ReadWindowsOptions,
  signal: AbortSignal,
): Promise<string | undefined> {
  const file = await catalogue.file(path);
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/s.exec(path) ?? [];
  const name = parseRawFileName(path);
  if (!file?.fileId || !bucket || !key || !name) return `${path} is not in the catalogue as a file that was read`;
  const fold = new EventFold({
    ...{ schema: eventSchema, features: [feature], partitions, entities: [feature.entity] },
    ...{ maxWindows: maxWindowsPerFile, isWanted: (start: number) => windows.has(start) },
  });
  try {
    const read = await readRawFile(untilAborted(signal, reservoirOf(bucket).open(key)), {
      schema: eventSchema,
      fileTime: name.fileTime,
      sink: { add: (event) => fold.add(event), rejected: () => undefined },
    });
    if ('broken' in read) return `${path} cannot be read (${read.broken})`;
    if (read.contentHash !== file.contentHash) return `${path} has changed`;
  } catch (error) {
    if (error instanceof FileRefused) return `${path} cannot be read (${error.reason})`;
    throw error;
  }
  mergeFolded(fold.finish(), file.fileId, (start) => windows.get(start));
  return undefined;
}

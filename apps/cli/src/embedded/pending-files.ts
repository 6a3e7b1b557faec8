import { parseRawFileName } from '@neartime/ingest';
import { futureToleranceSeconds } from '@neartime/schemas';
import type { Catalogue, CataloguedFile, Clock, FileSeen, ListedFile, Reservoir } from '@neartime/streams';
import { hashFile } from './read-file.ts';

/** A file to be read. */
export interface PendingFile extends FileSeen {
  readonly fileTime: number;
}

export interface Listing {
  /** In the order of file time, then path. */
  readonly pending: readonly PendingFile[];
  /** Every path that was listed. */
  readonly paths: ReadonlySet<string>;
}

interface Looking {
  readonly catalogue: Catalogue;
  readonly reservoir: Reservoir;
  readonly clock: Clock;
  /** Whether a file that was read before has to be read again. */
  readonly mustReread: (path: string) => boolean;
}

/**
 * Compares the reservoir with the catalogue: which files are to be read. Files that are broken by their name, or by having
 * changed after they were read, go to quarantine here.
 */
export async function lookForFiles(looking: Looking): Promise<Listing> {
  const known = new Map((await looking.catalogue.files()).map((file) => [file.path, file]));
  const pending: PendingFile[] = [];
  const paths = new Set<string>();
  for await (const listed of looking.reservoir.list()) {
    paths.add(listed.path);
    const file = await judge(listed, known.get(listed.path), looking);
    if (file) pending.push(file);
  }
  pending.sort((a, b) => a.fileTime - b.fileTime || (a.path < b.path ? -1 : 1));
  return { pending, paths };
}

async function judge(listed: ListedFile, known: CataloguedFile | undefined, looking: Looking): Promise<PendingFile | undefined> {
  const { catalogue, clock, mustReread } = looking;
  const name = parseRawFileName(listed.path);
  const seen: FileSeen = { ...listed, source: name?.source ?? '', fileTime: name?.fileTime };
  if (!name) {
    if (known?.reason !== 'no_file_time') {
      await catalogue.quarantine(seen, 'no_file_time', 'the path does not end in YYYY/MM/DD/…-HHMMSS.gz');
    }
    return undefined;
  }
  const file = { ...seen, fileTime: name.fileTime };
  if (name.fileTime > clock.now() + futureToleranceSeconds) {
    if (known?.reason !== 'ahead') await catalogue.quarantine(seen, 'ahead', 'its name is more than 5 min ahead of the clock');
    return undefined;
  }
  if (known?.contentHash === undefined) return isNewToRead(listed, known) ? file : undefined;
  return (await isUnchanged(file, known, looking)) && mustReread(listed.path) ? file : undefined;
}

/** A file that was never read whole: its bytes decide again only when they may be others, or when the fault was not theirs. */
const isNewToRead = (listed: ListedFile, known: CataloguedFile | undefined): boolean =>
  known === undefined ||
  known.version !== listed.version ||
  known.state === 'reading' ||
  known.reason === 'ahead' ||
  known.reason === 'unreadable';

/** Whether a file still has the bytes that were read; one that has others goes to quarantine. */
async function isUnchanged(file: PendingFile, known: CataloguedFile, { catalogue, reservoir }: Looking): Promise<boolean> {
  if (known.version === file.version) return known.state !== 'quarantined';
  const hash = await hashFile(reservoir, file.path).catch(() => undefined);
  if (hash === known.contentHash) {
    await catalogue.renewVersion(file.path, file.version);
    return true;
  }
  const detail = 'its bytes are not those that were read; restore it, or rebuild the store with backfill --force';
  await catalogue.quarantine(file, 'changed', detail);
  return false;
}

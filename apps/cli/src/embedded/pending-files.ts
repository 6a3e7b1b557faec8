import { parseRawFileName } from '@neartime/ingest';
import { futureToleranceSeconds } from '@neartime/schemas';
import type {
  Catalogue,
  CataloguedFile,
  Clock,
  FileSeen,
  ListedFile,
  QuarantineReason,
  Reservoir,
} from '@neartime/streams';
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
  /** Versions by path of which nothing but other bytes can change what came of them: they are passed over, and added to. */
  readonly known?: Map<string, string>;
  /** Hears of files that go to quarantine by what they are called or have become. */
  readonly onQuarantine?: (path: string, reason: QuarantineReason) => void;
  /** Whether a file that could not be read is tried again now. */
  readonly isRetried?: (path: string) => boolean;
}

/**
 * Compares the reservoir with the catalogue: which files are to be read. Files that are broken by their name, or by having
 * changed after they were read, go to quarantine here.
 */
export async function lookForFiles(looking: Looking): Promise<Listing> {
  const { catalogue, reservoir, known } = looking;
  const pending: PendingFile[] = [];
  const paths = new Set<string>();
  for await (const listed of reservoir.list()) {
    paths.add(listed.path);
    if (known?.get(listed.path) === listed.version) continue;
    const file = await judge(listed, await catalogue.file(listed.path), looking);
    if (file === 'known') known?.set(listed.path, listed.version);
    else if (file !== 'later') pending.push(file);
  }
  pending.sort((a, b) => a.fileTime - b.fileTime || (a.path < b.path ? -1 : 1));
  return { pending, paths };
}

/** `known`: nothing is to be done, unless its bytes change. `later`: not now, but time may change that. */
async function judge(
  listed: ListedFile,
  known: CataloguedFile | undefined,
  looking: Looking,
): Promise<PendingFile | 'known' | 'later'> {
  const { clock, mustReread, isRetried = () => true } = looking;
  const name = parseRawFileName(listed.path);
  const seen: FileSeen = { ...listed, source: name?.source ?? '', fileTime: name?.fileTime };
  if (!name) {
    if (known?.reason !== 'no_file_time') {
      await quarantine(seen, 'no_file_time', 'the path does not end in YYYY/MM/DD/…-HHMMSS.gz', looking);
    }
    return 'known';
  }
  const file = { ...seen, fileTime: name.fileTime };
  if (name.fileTime > clock.now() + futureToleranceSeconds) {
    if (known?.reason !== 'ahead')
      await quarantine(seen, 'ahead', 'its name is more than 5 min ahead of the clock', looking);
    return 'later';
  }
  if (known?.reason === 'unreadable' && !isRetried(listed.path)) return 'later';
  if (known?.contentHash === undefined) return isNewToRead(listed, known) ? file : 'known';
  const isSound = await isAsRead(file, known, looking);
  if (mustReread(listed.path)) return isSound ? file : 'later';
  return 'known';
}

/** A file that was never read whole: its bytes decide again only when they may be others, or when the fault was not theirs. */
const isNewToRead = (listed: ListedFile, known: CataloguedFile | undefined): boolean =>
  known === undefined ||
  known.version !== listed.version ||
  known.state === 'reading' ||
  known.reason === 'ahead' ||
  known.reason === 'unreadable';

/** Whether a file still has the bytes that were read: then it leaves quarantine. One that has others goes there. */
async function isAsRead(file: PendingFile, known: CataloguedFile, looking: Looking): Promise<boolean> {
  const { catalogue, reservoir } = looking;
  if (known.version === file.version && known.reason === 'changed') return false;
  if (known.version === file.version && known.state !== 'quarantined') return true;
  const hash =
    known.version === file.version ? known.contentHash : await hashFile(reservoir, file.path).catch(() => undefined);
  if (hash === known.contentHash) {
    await catalogue.renewVersion(file.path, file.version);
    return true;
  }
  // Under the version that was read, so that it is compared again.
  if (hash === undefined)
    await quarantine(
      { ...file, version: known.version },
      'unreadable',
      'it cannot be compared with what was read',
      looking,
    );
  else
    await quarantine(
      file,
      'changed',
      'its bytes are not those that were read; restore it, or rebuild the store with backfill --force',
      looking,
    );
  return false;
}

async function quarantine(
  file: FileSeen,
  reason: QuarantineReason,
  detail: string,
  { catalogue, onQuarantine }: Looking,
): Promise<void> {
  await catalogue.quarantine(file, reason, detail);
  onQuarantine?.(file.path, reason);
}

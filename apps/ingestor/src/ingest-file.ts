import { createHash } from 'node:crypto';
import { linesOf, windowEnd } from '@neartime/engines';
import { type BrokenFile, checkRawFile, chunkOf, parseRawFileName, readRawFile, untilAborted } from '@neartime/ingest';
import {
  type EventSchema,
  type QuarantineReason,
  type RejectedLinesRecord,
  type RejectedRun,
  eventSchema,
  futureToleranceSeconds,
  topics,
} from '@neartime/schemas';
import {
  type Catalogue,
  type CataloguedFile,
  type Clock,
  FileRefused,
  type FileSeen,
  type LogWriter,
  type RecordEncoder,
  type Reservoir,
} from '@neartime/streams';
import { FileSender } from './file-sender.ts';
import { KeptPieces } from './kept-pieces.ts';
import { type FileNotice, pathOf } from './notice.ts';

export interface IngestOptions {
  readonly catalogue: Catalogue;
  readonly reservoirOf: (bucket: string) => Reservoir;
  readonly log: LogWriter;
  readonly clock: Clock;
  readonly partitions: number;
  readonly events: RecordEncoder<object>;
  readonly rejected: RecordEncoder<RejectedLinesRecord>;
  /** Seconds after a chunk's end at which its windows are expected closed. */
  readonly grace: number;
  /** Aborted when the source is another's: the file in hand is left where it is. */
  readonly signal: AbortSignal;
  readonly pace?: IngestPace;
}

/** How much is taken at once: more is quicker, and takes more memory. */
export interface IngestPace {
  /** So many packed bytes of a file are kept from the first reading to the second; a larger one is fetched twice. */
  readonly keptBytes: number;
  /** So many records are sent at once. */
  readonly recordsAtOnce: number;
}

const slowPace: IngestPace = { keptBytes: 0, recordsAtOnce: 4000 };
/** That of the services: for both files that are read side by side some 70 MB. */
export const quickPace: IngestPace = { keptBytes: 32 * 1024 * 1024, recordsAtOnce: 16_000 };

/** What came of a file. */
export type Ingested =
  /** All of it is in the log, by now or by then. */
  | { readonly is: 'sent'; readonly source: string; readonly fileTime: number; readonly file?: SentFile }
  | { readonly is: 'quarantined'; readonly reason: QuarantineReason; readonly detail: string }
  /** Not now; time may change that. */
  | { readonly is: 'set aside'; readonly reason: 'missing' | 'forbidden' | 'ahead'; readonly detail: string }
  /** It was looked at before, and nothing about it is new. */
  | { readonly is: 'known' };

export interface SentFile {
  readonly path: string;
  readonly read: number;
  readonly events: number;
  readonly blank: number;
  readonly rejected: Readonly<Record<string, number>>;
  readonly bytes: number;
}

interface NamedFile extends FileSeen {
  readonly fileTime: number;
  readonly key: string;
  readonly bucket: string;
}

/** Brings one raw file into the log: to its end first, to know that it is whole, then line by line. */
export async function ingestFile(notice: FileNotice, options: IngestOptions): Promise<Ingested> {
  const { catalogue, clock, reservoirOf } = options;
  const { bucket, key } = notice;
  const path = pathOf(notice);
  const name = parseRawFileName(path);
  if (!name) {
    const detail = 'the path does not end in YYYY/MM/DD/…-HHMMSS.gz';
    return quarantine({ path, source: '', fileTime: undefined, size: 0, version: '' }, 'no_file_time', detail, options);
  }
  const unseen = { path, key, bucket, ...name, size: 0, version: '' };
  if (name.fileTime > clock.now() + futureToleranceSeconds)
    return setAside(unseen, 'ahead', 'its name is more than 5 min ahead of the clock', options);
  try {
    const { size, version } = await reservoirOf(bucket).stat(key);
    const file = { ...unseen, size, version };
    return await ingestStanding(file, await catalogue.file(path), options);
  } catch (error) {
    if (!(error instanceof FileRefused)) throw error;
    // One that was replaced under way is looked at again, as what it is now.
    if (error.reason === 'changed') return setAside(unseen, 'missing', 'it was replaced while it was read', options);
    return setAside(unseen, error.reason, error.message, options);
  }
}

async function ingestStanding(
  file: NamedFile,
  known: CataloguedFile | undefined,
  options: IngestOptions,
): Promise<Ingested> {
  const { catalogue, reservoirOf } = options;
  const { source, fileTime, path, version } = file;
  const wasSent = known?.state === 'read' || known?.state === 'done';
  if (wasSent && known.version === version) return { is: 'sent', source, fileTime };
  if (known?.state === 'quarantined' && known.version === version && !isTriedAgain(known)) return { is: 'known' };
  await catalogue.beginReading(file);
  const kept = new KeptPieces((options.pace ?? slowPace).keptBytes);
  const pieces = untilAborted(options.signal, reservoirOf(file.bucket).open(file.key, version));
  const packed = await checkRawFile(kept.keeping(pieces));
  if ('broken' in packed) return quarantineBroken(file, packed, options);
  if (known?.contentHash !== undefined && known.contentHash !== packed.contentHash)
    return quarantine(
      file,
      'changed',
      'its bytes are not those that were sent; give the new ones another name',
      options,
    );
  if (known?.contentHash !== undefined && wasSent) {
    await catalogue.renewVersion(path, version);
    return { is: 'sent', source, fileTime };
  }
  const fileId = known?.fileId ?? identityOf(file);
  await catalogue.beginReading(file, { fileId, contentHash: packed.contentHash });
  return send(file, { fileId, kept, ...packed }, options);
}

/** Whether a file was set aside for what may pass: whoever meets it again looks at it again. */
export const isTriedAgain = ({ reason }: CataloguedFile): boolean =>
  reason === 'missing' || reason === 'forbidden' || reason === 'ahead' || reason === 'unreadable';

/** The same for the same bytes in the same place, whoever reads them. */
const identityOf = ({ bucket, key, version }: NamedFile): string =>
  createHash('sha256')
    .update(JSON.stringify([bucket, key, version]))
    .digest('hex')
    .slice(0, 32);

async function send(
  file: NamedFile,
  { fileId, kept, contentHash, size }: { fileId: string; kept: KeptPieces; contentHash: string; size: number },
  options: IngestOptions,
): Promise<Ingested> {
  const { catalogue, reservoirOf, grace } = options;
  const { recordsAtOnce } = options.pace ?? slowPace;
  const sender = new FileSender(fileId, {
    ...{ ...options, schema: eventSchema as EventSchema, encoder: options.events, recordsAtOnce },
  });
  const pieces = kept.all ?? reservoirOf(file.bucket).open(file.key, file.version);
  const paced = sender.paced(untilAborted(options.signal, pieces));
  const read = await readRawFile(paced, { schema: eventSchema, fileTime: file.fileTime, sink: sender });
  if ('broken' in read)
    throw new Error(`${file.path}: it was whole a moment ago, now it is ${read.broken}: ${read.detail}`);
  const folded = await sender.finish();
  const { counts } = read;
  const rejectedRuns = sender.rejectedLines.runs();
  await sendRejected(file, rejectedRuns, options);
  const chunk = chunkOf(file.fileTime);
  await catalogue.recordRead(
    file,
    { ...counts, fileId, contentHash, lines: linesOf(folded, fileId), rejectedRuns },
    { sourceBucket: file.bucket, filePath: file.key, dataChunk: chunk, tsToProcess: windowEnd(chunk) + grace },
  );
  return {
    is: 'sent',
    source: file.source,
    fileTime: file.fileTime,
    file: { path: file.path, ...counts, bytes: size },
  };
}

async function sendRejected(
  file: NamedFile,
  runs: readonly RejectedRun[],
  { log, rejected, clock }: IngestOptions,
): Promise<void> {
  const timestamp = clock.now() * 1000;
  const records = runs.map(({ reason, firstLine, lastLine, excerpt }) => ({
    key: Buffer.from(file.path),
    value: rejected.encode({ file: file.path, reason, first_line: firstLine, last_line: lastLine, excerpt }),
    timestamp,
  }));
  await log.append([{ topic: topics.rejected, partition: 0, records }]);
}

const quarantineBroken = (file: NamedFile, { broken, detail }: BrokenFile, options: IngestOptions): Promise<Ingested> =>
  quarantine(file, broken, detail, options);

async function quarantine(
  file: FileSeen,
  reason: QuarantineReason,
  detail: string,
  { catalogue }: IngestOptions,
): Promise<Ingested> {
  await catalogue.quarantine(file, reason, detail);
  return { is: 'quarantined', reason, detail };
}

async function setAside(
  file: FileSeen,
  reason: 'missing' | 'forbidden' | 'ahead',
  detail: string,
  { catalogue }: IngestOptions,
): Promise<Ingested> {
  const known = await catalogue.file(file.path);
  // One that was sent counts, whatever became of it: its state does not go back.
  if ((known?.state === 'read' || known?.state === 'done') && file.fileTime !== undefined)
    return { is: 'sent', source: file.source, fileTime: file.fileTime };
  await catalogue.quarantine(file, reason, detail);
  return { is: 'set aside', reason, detail };
}

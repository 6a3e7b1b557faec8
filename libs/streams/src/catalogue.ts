import type { Entity, LineSum, QuarantineReason, RejectReason, RejectedRun, WindowLines } from '@neartime/schemas';

export type { QuarantineReason, RejectedRun };

/**
 * - `reading`: begun; nothing of it counts yet.
 * - `read`: read to its end; its lines are counted, some of its windows are still open.
 * - `done`: every window that it touched is written.
 * - `quarantined`: broken by itself, see the reason; it is not read. What it sent before, if it was read once, still counts.
 */
export type FileState = 'reading' | 'read' | 'done' | 'quarantined';

/** What was found in a file that was read to its end; `read` = events + blank + rejected. */
export interface FileOutcome {
  readonly fileId: string;
  readonly contentHash: string;
  readonly read: number;
  readonly events: number;
  readonly blank: number;
  readonly rejected: Readonly<Partial<Record<RejectReason, number>>>;
  readonly lines: readonly WindowLines[];
  readonly rejectedRuns: readonly RejectedRun[];
}

export interface CataloguedFile {
  readonly path: string;
  readonly source: string;
  readonly fileTime: number | undefined;
  readonly size: number;
  readonly version: string;
  readonly state: FileState;
  readonly reason: QuarantineReason | undefined;
  /** What happened, in words, where the reason alone does not say it. */
  readonly detail: string | undefined;
  readonly contentHash: string | undefined;
  readonly fileId: string | undefined;
  readonly read: number;
  readonly events: number;
  readonly blank: number;
  readonly rejected: Readonly<Partial<Record<RejectReason, number>>>;
}

/** A feature as those know it that keep account of its windows. */
export interface RegisteredFeature {
  readonly name: string;
  readonly entity: Entity;
  /** Windows that begin earlier are never computed, epoch seconds. */
  readonly since: number;
}

/** Which bytes a file is, and under which identity its lines count. */
export interface FileIdentity {
  readonly fileId: string;
  readonly contentHash: string;
}

/** A file that was listed; what is new of it. */
export interface FileSeen {
  readonly path: string;
  readonly source: string;
  readonly fileTime: number | undefined;
  readonly size: number;
  readonly version: string;
}

export interface Task {
  readonly sourceBucket: string;
  readonly filePath: string;
  /** Start of the chunk, epoch seconds. */
  readonly dataChunk: number;
  /** From when on the windows that the chunk touched are expected closed and complete. */
  readonly tsToProcess: number;
}

/**
 * `stale`: to be written again, by a rebuild; `incomplete`: a file that it needs cannot be read; `unfit`: rows were missing when it
 * was to be written, or there were others.
 */
export type WindowState = 'written' | 'stale' | 'incomplete' | 'unfit';

/** One written part of a window: what is in the stores, and of which lines it was made. */
export interface WindowPart {
  readonly feature: string;
  readonly window: number;
  readonly partition: number;
  readonly revision: number;
  readonly rows: number;
  readonly checksum: string;
  readonly lines: LineSum;
  readonly etag: string | undefined;
  readonly state: WindowState;
  readonly closedAt: number;
  readonly writtenAt: number;
}

/** That a window was found not to hold what it is to hold. */
export interface Differing {
  /** 1 when it was found, and one more each time that it was computed again. */
  readonly attempts: number;
  /** When it is reprocessed, if it differs then, epoch seconds. */
  readonly dueAt: number;
}

/** A window on the list to be compared. */
export interface WindowToCheck {
  readonly window: number;
  /** It is not compared earlier, epoch seconds. */
  readonly notBefore: number;
  /** By feature. */
  readonly differing: ReadonlyMap<string, Differing>;
  /** By feature: somebody wants it computed anew, whatever it holds, until every part has a revision above this one. */
  readonly asked: ReadonlyMap<string, number>;
  /** What was seen of it, for who takes it off the list. */
  readonly seen?: unknown;
}

/** Somebody's wish to have a window of a feature computed anew, until every part has a revision above this one. */
export interface ReprocessRequest {
  readonly feature: string;
  readonly window: number;
  readonly above: number;
}

/** What a window was found to be when it was computed again from raw files. */
export interface ParityResult {
  readonly feature: string;
  readonly window: number;
  /** The highest of its parts. */
  readonly revision: number;
  /** `unknown`: a raw file that it needs cannot be read. */
  readonly outcome: 'equal' | 'differs' | 'unknown';
  /** What differs, and where both versions are; or why it is not known. */
  readonly detail: string;
  readonly checkedAt: number;
}

/** How far a source is complete, as last said. */
export interface SourceProgress {
  readonly source: string;
  readonly completeUpTo: number;
  readonly saidAt: number;
  /** The partition of `raw-files` through which its notices come; whoever has that owns the source. */
  readonly partition?: number | undefined;
}

/**
 * What the system knows of files, tasks and windows. Each call is one transaction. A file's state only moves forward, but for
 * a rebuild, which forgets it.
 */
export interface Catalogue {
  /** A value of the store as a whole, such as its partition count. */
  setting(key: string): Promise<string | undefined>;
  setSetting(key: string, value: string): Promise<void>;
  /** Sets it where there is none; gives the value that stands, the same to everybody who asks at the same time. */
  settleSetting(key: string, value: string): Promise<string>;
  /** Those whose keys begin so, by what follows. */
  settings(prefix: string): Promise<ReadonlyMap<string, string>>;

  files(): Promise<CataloguedFile[]>;
  file(path: string): Promise<CataloguedFile | undefined>;
  /** Its row stands before anything of it counts. `sent`: from now on lines of these bytes may be in the log, if not all of them. */
  beginReading(file: FileSeen, sent?: FileIdentity): Promise<void>;
  /** The file was read to its end: its counts, rejected lines and task; its windows, and those it touched before, go on the list to check. */
  recordRead(file: FileSeen, outcome: FileOutcome, task: Task): Promise<void>;
  quarantine(file: FileSeen, reason: QuarantineReason, detail: string): Promise<void>;
  /** Files that are set aside, in the order of their paths (see isSetAside). */
  filesSetAside(): Promise<CataloguedFile[]>;
  /**
   * A file that was read before proves to have the same bytes (touched, copied, put back), under this version: it leaves
   * quarantine, whatever the reason was, and is `read` again. A file that was never read whole stays as it is.
   */
  renewVersion(path: string, version: string): Promise<void>;
  /**
   * Files that were read become done when each of these features has written every part of a window that they sent lines to; gives
   * how many. Meant to be called often: it looks only at files that what was recorded since the last call may have completed.
   */
  markDone(features: readonly RegisteredFeature[]): Promise<number>;
  /** Forgets what files said, so that all are read again; windows keep their revision numbers. */
  forgetFiles(): Promise<void>;

  tasks(): Promise<Task[]>;
  rejectedRuns(): Promise<(RejectedRun & { readonly path: string })[]>;

  windowParts(filter?: { readonly feature?: string; readonly window?: number }): Promise<WindowPart[]>;
  /** A revision is never replaced by a lower one. Their windows go on the list to check. */
  recordParts(parts: readonly WindowPart[]): Promise<void>;
  /**
   * By partition, the newest window that a stream has closed there, that is, of which a part of revision 0 was recorded: it has
   * closed every earlier one too, those without a part without lines. `undefined` where there is none.
   */
  closedUpTo(feature: string): Promise<(number | undefined)[]>;
  /** Every file that touched a window in [from, to) which one of these features has not written. */
  filesOfUnwritten(features: readonly RegisteredFeature[], from: number, to: number): Promise<string[]>;
  /** Starts of the windows in [from, to) that files touched, in order; perhaps also of such as none touches any more. */
  touchedWindows(entity: Entity, from: number, to: number): Promise<number[]>;
  /** What the read files say they sent to a window, by partition. */
  linesSent(entity: Entity, window: number): Promise<LineSum[]>;
  filesOf(entity: Entity, windows: readonly number[]): Promise<string[]>;

  windowsOf(path: string): Promise<number[]>;
  linesOf(path: string): Promise<WindowLines[]>;
  /** Other counts for a file that was read before; the windows that it touches, and those that it touched, are checked again. */
  replaceCounts(path: string, outcome: FileOutcome): Promise<void>;

  toCheck(): Promise<WindowToCheck[]>;
  /** Puts windows on the list, each to be compared not before this; one that is there keeps what is known of it. */
  mark(windows: readonly number[], notBefore: number): Promise<void>;
  /** Says when a feature's window is reprocessed; nothing when it is not on the list any more. */
  putOff(window: number, feature: string, differing: Differing): Promise<void>;
  /** Takes a window off the list with all that was seen of it; what was marked or asked since then stays. */
  settled(check: WindowToCheck): Promise<void>;
  /** Puts windows on the list that somebody wants to have computed anew. */
  ask(requests: readonly ReprocessRequest[]): Promise<void>;

  /** Windows whose parity is to be checked, in order. */
  parityDue(feature: string): Promise<number[]>;
  askParity(feature: string, windows: readonly number[]): Promise<void>;
  /** The last result of a window counts; it is not due any more. */
  recordParity(result: ParityResult): Promise<void>;
  /** By feature, then window. */
  parityResults(feature?: string): Promise<ParityResult[]>;

  sources(): Promise<SourceProgress[]>;
  /** Neither "complete up to" nor "said at" of a source ever goes back; the partition is the last one that was said. */
  recordProgress(progress: readonly SourceProgress[]): Promise<void>;
}

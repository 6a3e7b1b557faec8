import {
  EventFold,
  type Feature,
  OpenWindow,
  buffersOf,
  fieldIndex,
  giveBack,
  mergeFolded,
  seedOf,
  windowStart,
} from '@neartime/engines';
import { type Entity, type EventSchema, type Progress, maxWindowsPerFile } from '@neartime/schemas';
import { LogWatermark } from './log-watermark.ts';
import { EventInPlace, type ReceivedEvent, fileIdBytes } from './received-event.ts';
import { SeenLines } from './seen-lines.ts';

export interface PartitionWindowsOptions {
  readonly schema: EventSchema;
  readonly entity: Entity;
  readonly features: readonly Feature[];
  readonly partition: number;
  readonly partitions: number;
  /** Seconds that a window waits for lines after its end. */
  readonly grace: number;
  /** Windows that begin before this are closed already, or come from raw files. */
  readonly closedBefore: number;
  /** Nothing is closed before this offset: up to it the log is only read again. */
  readonly resumeAt: number;
}

/** So many events are folded before they are merged into the open windows: their table stays small, and in a core's cache. */
const mostFolded = 50_000;

/** What the log made of a partition: windows that closed, in order. */
export interface Closing {
  /** Those that had lines; nothing of them is kept. */
  readonly windows: readonly OpenWindow[];
  /** Windows that begin before this are closed now. */
  readonly closedBefore: number;
}

/**
 * The open windows of one partition: a function of the log alone. Events are folded, progress closes; which records came
 * together, how often it began anew and what the hour is change nothing.
 */
export class PartitionWindows {
  readonly open = new Map<number, OpenWindow>();
  /** Events for windows that had closed, by the start of the window, since they were last taken. */
  late = new Map<number, number>();
  readonly #options: PartitionWindowsOptions;
  readonly #inPlace: EventInPlace;
  readonly #watermark = new LogWatermark();
  readonly #seen = new SeenLines();
  /** The offset of the first event of each open window. */
  readonly #firstOffsets = new Map<number, number>();
  #closedBefore: number;
  #fold: EventFold | undefined;
  #folded = 0;
  readonly #lastFile = new Uint8Array(fileIdBytes);
  #lastFileName = '';

  constructor(options: PartitionWindowsOptions) {
    this.#options = options;
    this.#inPlace = new EventInPlace(options.schema);
    this.#closedBefore = options.closedBefore;
  }

  get closedBefore(): number {
    return this.#closedBefore;
  }

  /** The first offset from which all that is known here can be read again; Infinity when nothing is. */
  get firstOffset(): number {
    let first = this.#watermark.firstOffset;
    for (const offset of this.#firstOffsets.values()) if (offset < first) first = offset;
    return first;
  }

  event(received: ReceivedEvent | EventInPlace, offset: number): void {
    const { view, fileAt } = received instanceof EventInPlace ? received : this.#inPlace.of(received);
    const window = windowStart(view.numbers[fieldIndex.timestamp]!);
    this.#toFile(view.bytes, fileAt);
    if (!this.#seen.isNew(this.#lastFileName, view.line, window)) return;
    if (window < this.#closedBefore) {
      this.late.set(window, (this.late.get(window) ?? 0) + 1);
      return;
    }
    if (!this.#firstOffsets.has(window)) this.#firstOffsets.set(window, offset);
    this.#foldNow().add(view);
    if (++this.#folded >= mostFolded) this.settle();
  }

  /** Takes what sources say. When that closes windows, gives them. */
  progress({ sources }: Progress, offset: number): Closing | undefined {
    for (const said of sources) this.#watermark.say(said, offset);
    return offset < this.#options.resumeAt ? undefined : this.#close();
  }

  /** Merges what was folded since into the open windows, to be looked at. */
  settle(): void {
    const folded = this.#fold?.finish();
    this.#fold = undefined;
    this.#folded = 0;
    if (!folded) return;
    mergeFolded(folded, undefined, (start) => this.#openWindow(start));
    giveBack(buffersOf(folded));
  }

  #close(): Closing | undefined {
    const closedBefore = windowStart(this.#watermark.value - this.#options.grace);
    if (!(closedBefore > this.#closedBefore)) return undefined;
    this.settle();
    this.#closedBefore = closedBefore;
    const windows = [...this.open.values()]
      .filter(({ start }) => start < closedBefore)
      .sort((a, b) => a.start - b.start);
    for (const { start } of windows) {
      this.open.delete(start);
      this.#firstOffsets.delete(start);
    }
    this.#seen.forgetBefore(closedBefore);
    return { windows, closedBefore };
  }

  /** Lines of one file mostly follow one another. */
  #toFile(bytes: Uint8Array, at: number): void {
    const last = this.#lastFile;
    let i = 0;
    while (i < fileIdBytes && bytes[at + i] === last[i]) i++;
    if (i === fileIdBytes && this.#lastFileName !== '') return;
    last.set(bytes.subarray(at, at + fileIdBytes));
    this.#lastFileName = Buffer.from(last).toString('hex');
    this.#fold?.seed(seedOf(this.#lastFileName));
  }

  #foldNow(): EventFold {
    if (this.#fold) return this.#fold;
    const { schema, entity, features, partitions } = this.#options;
    // A file's lines touch so many windows at most; here files meet, which must not refuse any.
    this.#fold = new EventFold({
      schema,
      features,
      partitions,
      entities: [entity],
      maxWindows: maxWindowsPerFile * 1000,
    });
    this.#fold.seed(seedOf(this.#lastFileName));
    return this.#fold;
  }

  #openWindow(start: number): OpenWindow {
    const { features, partitions } = this.#options;
    const standing = this.open.get(start);
    if (standing) return standing;
    const window = new OpenWindow(start, { features, partitions, tracksChanges: true });
    this.open.set(start, window);
    return window;
  }
}

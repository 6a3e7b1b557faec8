import { type Feature, windowSeconds, windowStart } from '@neartime/engines';
import { type Entity, type Progress, eventSchema } from '@neartime/schemas';
import type {
  Assignment,
  Catalogue,
  Clock,
  Commit,
  DeadLetters,
  Decoded,
  LoggedRecord,
  PartitionWorker,
  RecordDecoder,
} from '@neartime/streams';
import { setFirstWindow } from './reprocess/first-window.ts';
import { type Closing, PartitionWindows } from './partition-windows.ts';
import type { EventInPlace, ReceivedEvent } from './received-event.ts';
import { parseResumePoint, resumePointText } from './resume-point.ts';
import type { Published, WindowPublisher } from './window-publisher.ts';

/** What a processor says of its work, for logs and metrics. */
export interface ProcessorListener {
  windowClosed(published: Published): void;
  published(rows: number, partition: number): void;
  late(events: number, window: number, partition: number): void;
  /** Windows before this one are not complete in the log: they come from raw files. */
  beginsAt(window: number, partition: number): void;
}

export interface FeatureWorkerOptions {
  readonly entity: Entity;
  readonly features: readonly Feature[];
  readonly partitions: number;
  /** Seconds. */
  readonly grace: number;
  readonly emitEvery: number;
  readonly decoder: RecordDecoder;
  readonly publisher: WindowPublisher;
  readonly deadLetters: DeadLetters;
  readonly catalogue: Pick<Catalogue, 'setSetting'>;
  readonly clock: Clock;
  readonly listener: ProcessorListener;
}

/** By how much an event may be later than the record that brings it was sent: its file is named five minutes ahead of the clock at most, and it may be five later than that. */
const mostAhead = 600;

/** Works on one partition of an events topic for the features of a group. */
export class FeatureWorker implements PartitionWorker {
  readonly from: number;
  readonly #assignment: Assignment;
  readonly #options: FeatureWorkerOptions;
  readonly #resumeAt: number;
  #windows: PartitionWindows | undefined;
  #position: number;
  #emittedAt: number;

  constructor(assignment: Assignment, options: FeatureWorkerOptions) {
    const { committed, beginning, end } = assignment;
    this.#assignment = assignment;
    this.#options = options;
    this.#emittedAt = options.clock.elapsed();
    const said = committed && committed.offset >= beginning ? parseResumePoint(committed.metadata) : undefined;
    // Of a log that has lost its end what was known of it is not known any more.
    const point = said && said.resumeAt <= end ? said : undefined;
    this.from = point ? committed!.offset : beginning;
    this.#position = this.from;
    this.#resumeAt = point?.resumeAt ?? beginning;
    // A partition that has lost nothing is read from its first event on; of another the first record says where it begins.
    if (point) this.#windows = this.#open(point.closedBefore);
    else if (beginning === 0) this.#windows = this.#open(-Infinity);
  }

  async take(records: readonly LoggedRecord[]): Promise<void> {
    const { decoder } = this.#options;
    const values = records.map(({ value }) => value);
    await decoder.prepare(values);
    for (let i = 0; i < records.length; i++) {
      const record = records[i]!;
      const windows = (this.#windows ??= await this.#beginAt(record));
      const decoded = decoder.decode(values[i]!);
      // Nearly all are events, and nothing has to be waited for.
      if (!('undecodable' in decoded) && decoded.is === 'neartime.Event')
        windows.event(decoded.value as ReceivedEvent | EventInPlace, record.offset);
      else await this.#takeOther(windows, record, decoded);
      this.#position = record.offset + 1;
    }
    await this.#emit();
    this.#sayLate();
  }

  commit(): Commit | undefined {
    if (!this.#windows || this.#isReplaying) return undefined;
    const { firstOffset, closedBefore } = this.#windows;
    const metadata = resumePointText({ resumeAt: this.#position, closedBefore });
    return { offset: Math.min(firstOffset, this.#position), metadata };
  }

  /** Whether what comes is only read again. */
  get #isReplaying(): boolean {
    return this.#position < this.#resumeAt;
  }

  async #takeOther(windows: PartitionWindows, record: LoggedRecord, decoded: Decoded): Promise<void> {
    if ('undecodable' in decoded) return this.#bury(record, decoded.undecodable);
    const closing = windows.progress(decoded.value as Progress, record.offset);
    if (closing) await this.#publish(closing);
  }

  async #bury(record: LoggedRecord, reason: string): Promise<void> {
    // What is only read again was buried the first time.
    if (record.offset >= this.#resumeAt) await this.#options.deadLetters.bury(this.#assignment, record, reason);
  }

  async #publish({ windows, closedBefore }: Closing): Promise<void> {
    const { features, publisher, listener } = this.#options;
    const { partition } = this.#assignment;
    const newest = closedBefore - windowSeconds;
    for (const feature of features) {
      for (const window of windows) listener.windowClosed(await publisher.whole(window, feature, partition, 0));
      if (windows.at(-1)?.start !== newest) await publisher.empty(newest, feature, partition);
    }
  }

  /** Now and then, what changed of the windows that are open; not while the log is only read again. */
  async #emit(): Promise<void> {
    const { clock, emitEvery, publisher, listener } = this.#options;
    if (!this.#windows || this.#isReplaying || clock.elapsed() - this.#emittedAt < emitEvery) return;
    this.#emittedAt = clock.elapsed();
    this.#windows.settle();
    const rows = await publisher.changed(this.#windows.open.values(), this.#assignment.partition);
    if (rows > 0) listener.published(rows, this.#assignment.partition);
  }

  /** The beginning of the partition is gone: no event of a window from here on was before its first kept record. */
  async #beginAt({ timestamp }: LoggedRecord): Promise<PartitionWindows> {
    const { features, catalogue, listener } = this.#options;
    const { partition } = this.#assignment;
    const first = windowStart(Math.ceil(timestamp / 1000) + mostAhead) + windowSeconds;
    for (const { name } of features) await setFirstWindow(catalogue, { feature: name, partition, window: first });
    listener.beginsAt(first, partition);
    return this.#open(first);
  }

  #open(closedBefore: number): PartitionWindows {
    const { entity, features, partitions, grace } = this.#options;
    const { partition } = this.#assignment;
    return new PartitionWindows({
      schema: eventSchema,
      entity,
      features,
      partition,
      partitions,
      grace,
      closedBefore,
      resumeAt: this.#resumeAt,
    });
  }

  #sayLate(): void {
    if (!this.#windows) return;
    if (!this.#isReplaying) {
      for (const [window, events] of this.#windows.late)
        this.#options.listener.late(events, window, this.#assignment.partition);
    }
    this.#windows.late = new Map();
  }
}

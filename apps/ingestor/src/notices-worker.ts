import { SourceClock } from '@neartime/engines';
import type {
  Assignment,
  Catalogue,
  Clock,
  Commit,
  DeadLetters,
  LoggedRecord,
  PartitionWorker,
} from '@neartime/streams';
import { EndWatch } from './end-watch.ts';
import type { Ingested } from './ingest-file.ts';
import { type FileNotice, noticesPartition, parseNotice } from './notice.ts';
import type { ProgressSender } from './progress-sender.ts';
import { SetAside } from './set-aside.ts';

/** What an ingestor says of its work, for logs and metrics. */
export interface IngestListener {
  ingested(notice: FileNotice, outcome: Ingested, seconds: number): void;
}

export interface NoticesWorkerOptions {
  /** Brings a file in; `signal` says that it is another's now. */
  readonly ingest: (notice: FileNotice, signal: AbortSignal) => Promise<Ingested>;
  readonly progress: ProgressSender;
  readonly catalogue: Pick<Catalogue, 'sources' | 'filesSetAside'>;
  readonly deadLetters: DeadLetters;
  readonly clock: Clock;
  /** Of `raw-files`. */
  readonly noticesPartitions: number;
  /** Seconds without a file after which a source is moved on by the clock. */
  readonly idleAfter: number;
  /** The end of the partition as it is now. */
  readonly endOf: () => Promise<number>;
  readonly listener: IngestListener;
}

/** Seconds by which "complete up to" may be ahead of the clock: much more than that is a slip, and would make all others late. */
const mostAhead = 3600;

/** Seconds between two looks at what time alone has brought: there may be thousands of silent sources, and of files set aside. */
const lookEvery = 0.9;

/** Takes the notices of one partition of `raw-files`: whoever has it owns the sources whose notices come through it. */
export class NoticesWorker implements PartitionWorker {
  readonly from: number;
  /** A notice may be a file of minutes: what is done stands committed when this member dies or loses the partition. */
  readonly mostAtOnce = 1;
  readonly #assignment: Assignment;
  readonly #options: NoticesWorkerOptions;
  readonly #sources: SourceClock;
  readonly #ends: EndWatch;
  readonly #aside = new SetAside();
  #lookedAt = -Infinity;
  #position: number;
  /** Up to here everything is in the log, progress too. */
  #done: number;

  private constructor(assignment: Assignment, options: NoticesWorkerOptions) {
    const { committed, beginning } = assignment;
    this.#assignment = assignment;
    this.#options = options;
    this.from = Math.max(committed?.offset ?? 0, beginning);
    this.#position = this.from;
    this.#done = this.from;
    this.#sources = new SourceClock(options.idleAfter);
    this.#ends = new EndWatch(Math.min(5, options.idleAfter / 5), options.endOf);
  }

  /** Takes up the sources where the owner before left them, and the files that were set aside. */
  static async open(assignment: Assignment, options: NoticesWorkerOptions): Promise<NoticesWorker> {
    const worker = new NoticesWorker(assignment, options);
    await worker.#resume();
    return worker;
  }

  async take(records: readonly LoggedRecord[], upTo: number): Promise<void> {
    for (const record of records) {
      await this.#takeOne(record);
      this.#position = record.offset + 1;
      await this.#flush();
      this.#assignment.signal.throwIfAborted();
    }
    this.#position = upTo;
    const elapsed = this.#options.clock.elapsed();
    if (elapsed - this.#lookedAt >= lookEvery) {
      this.#lookedAt = elapsed;
      for (const notice of this.#aside.due(elapsed)) await this.#ingest(notice);
      await this.#moveOn();
    }
    await this.#flush();
  }

  commit(): Commit | undefined {
    return { offset: this.#done, metadata: '' };
  }

  async #resume(): Promise<void> {
    const { clock, catalogue, progress, noticesPartitions } = this.#options;
    const owners = new Map<string, number | undefined>();
    for (const { source, completeUpTo, saidAt, partition } of await catalogue.sources()) {
      owners.set(source, partition);
      if (partition !== this.#assignment.partition) continue;
      this.#sources.resume(source, completeUpTo, clock.now() - saidAt, clock.elapsed());
      progress.resume(source, completeUpTo);
    }
    for (const { path, source } of await catalogue.filesSetAside()) {
      const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/s.exec(path) ?? [];
      // One that has not said anything yet is whose its notices are, as their writers choose it.
      const owner = owners.get(source) ?? noticesPartition(Buffer.from(source), noticesPartitions);
      const isMine = owner === this.#assignment.partition;
      if (bucket && key && isMine) this.#aside.put({ bucket, key }, clock.elapsed());
    }
  }

  async #takeOne(record: LoggedRecord): Promise<void> {
    const notices = parseNotice(Buffer.from(record.value).toString());
    if ('undecodable' in notices) return this.#options.deadLetters.bury(this.#assignment, record, notices.undecodable);
    for (const notice of notices) {
      if ('source' in notice) {
        if (notice.completeUpTo > this.#options.clock.now() + mostAhead)
          await this.#options.deadLetters.bury(
            this.#assignment,
            record,
            'it is complete up to a time more than an hour ahead',
          );
        else this.#complete(notice.source, notice.completeUpTo);
      } else await this.#ingest(notice);
    }
  }

  async #ingest(notice: FileNotice): Promise<void> {
    const { clock, ingest, listener } = this.#options;
    const before = clock.elapsed();
    const outcome = await ingest(notice, this.#assignment.signal);
    if (outcome.is === 'set aside') this.#aside.put(notice, clock.elapsed());
    else this.#aside.remove(notice);
    if (outcome.is === 'sent') this.#complete(outcome.source, outcome.fileTime);
    listener.ingested(notice, outcome, clock.elapsed() - before);
  }

  #complete(source: string, upTo: number): void {
    const { clock, progress } = this.#options;
    this.#sources.fileDone(source, upTo, clock.elapsed());
    progress.say(source, upTo);
  }

  /** Silent sources are moved on by the clock, once it is sure that no notice of theirs is waiting. */
  async #moveOn(): Promise<void> {
    const { clock, idleAfter, progress } = this.#options;
    const elapsed = clock.elapsed();
    if (!(await this.#ends.isReadUpTo(this.#position, elapsed, idleAfter))) return;
    // One that said it is complete up to a time to come stays there until the clock has caught up: it must not run ahead for good.
    const atMost = clock.now() - idleAfter;
    for (const source of this.#sources.sources())
      progress.say(source, Math.min(atMost, this.#sources.completeUpTo(source, elapsed)));
  }

  async #flush(): Promise<void> {
    const { progress } = this.#options;
    await progress.flush();
    if (progress.isSaid) this.#done = this.#position;
  }
}

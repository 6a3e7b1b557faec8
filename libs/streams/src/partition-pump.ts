import type { Assignment, Commit, LoggedRecord, PartitionWorker, TopicPartition } from './log.ts';

/** The log's side of a partition that a member has. */
export interface PumpSource {
  /** What the group knows of the partition now. */
  look(): Promise<Pick<Assignment, 'committed' | 'beginning' | 'end'>>;
  /** Has records offered from this offset on. */
  seek(offset: number): void;
  /** Whether records are wanted now; those on their way may still be offered. */
  flow(isWanted: boolean): void;
  commit(commit: Commit): Promise<void>;
}

export interface PumpOptions {
  readonly open: (assignment: Assignment) => Promise<PartitionWorker>;
  readonly onTrouble: (error: Error) => void;
  /** Milliseconds after which a worker hears that nothing has come. */
  readonly idleMs?: number;
  /** Milliseconds between two commits. */
  readonly commitMs?: number;
  /** Milliseconds before a worker that failed is opened anew, or half of it, by chance; doubled up to `mostRetryMs`. */
  readonly retryMs?: number;
  readonly mostRetryMs?: number;
}

/** Offsets in unbroken order, from the first up to before `to`. */
interface Span {
  readonly from: number;
  readonly to: number;
}

interface Offered {
  readonly records: readonly LoggedRecord[];
  /** The offset behind them. */
  readonly to: number;
}

/** So many bytes are fetched ahead of a worker; at a quarter of them fetching goes on. */
const mostAhead = 4 * 1024 * 1024;

/**
 * Feeds one partition to its worker, for as long as the member has it: records in unbroken order, one call at a time, a commit
 * now and then. A hole in the offsets, or a worker that fails, drops the worker with all that it knows; it is opened anew from
 * the commit.
 */
export class PartitionPump {
  readonly #place: TopicPartition;
  readonly #source: PumpSource;
  readonly #options: Required<PumpOptions>;
  readonly #lost = new AbortController();
  readonly #running: Promise<void>;
  #queue: Offered[] = [];
  #ahead = 0;
  #isFlowing = false;
  /** The offset that the next offered record must have; `undefined` while there is no worker. */
  #expected: number | undefined;
  #taken = 0;
  /** Lives of workers that failed since one got on. */
  #failures = 0;
  /** The offset that a worker must have come to for the partition to be well: that behind what the last one failed at. */
  #wellFrom = 0;
  #end = 0;
  #committed: Commit | undefined;
  #committedAt = 0;
  /** Why this worker's life ends, once it has taken what it can. */
  #failure: Error | undefined;
  #isStopping = false;
  #wake: () => void = () => undefined;

  constructor(place: TopicPartition, source: PumpSource, options: PumpOptions) {
    this.#place = place;
    this.#source = source;
    this.#options = { idleMs: 1000, commitMs: 1000, retryMs: 500, mostRetryMs: 30_000, ...options };
    this.#running = this.#run();
  }

  get isOpen(): boolean {
    return this.#expected !== undefined;
  }

  /** Whether its worker gets on: not one that was opened anew and has not come to where the last one failed. */
  get isWell(): boolean {
    return this.isOpen && this.#failures === 0;
  }

  /** Records that are there and not taken, as last heard. */
  get lag(): number {
    return Math.max(0, this.#end - this.#taken);
  }

  /**
   * Records as they were fetched, and the end of the partition then. `span`: the offsets that they stand at, where not each of those
   * has a record. Those that were offered before are passed over.
   */
  offer(records: readonly LoggedRecord[], end: number, span: Span = spanOf(records)): void {
    this.#end = Math.max(this.#end, end);
    const expected = this.#expected;
    if (expected === undefined || this.#failure || span.from === span.to) return;
    // A log that ends before what was taken of it was made anew, or has lost its end.
    if (span.from > expected || (end < expected && span.to <= expected)) return this.#failAtHole(expected);
    if (span.to <= expected) return;
    const fresh = span.from === expected ? records : records.filter(({ offset }) => offset >= expected);
    this.#expected = span.to;
    this.#queue.push({ records: fresh, to: span.to });
    this.#ahead += sizeOf(fresh);
    if (this.#ahead > mostAhead) this.#flow(false);
    this.#wake();
  }

  /** The log cannot give what comes next: when its worker has taken what was offered, the partition begins anew at the commit. */
  fail(error: Error): void {
    if (this.#expected === undefined) return;
    this.#failure ??= error;
    this.#wellFrom = Math.max(this.#wellFrom, this.#expected + 1);
    this.#flow(false);
    this.#wake();
  }

  #failAtHole(offset: number): void {
    // What waits may be of a log that is there no more.
    this.#queue = [];
    this.fail(new Error(`${nameOf(this.#place)}: records are missing at ${offset}; reading again`));
  }

  /** The group was joined anew and the partition stayed: reading goes on where it was. */
  stay(): void {
    // What was committed may have gone nowhere meanwhile.
    this.#committed = undefined;
    if (this.#expected === undefined) this.#source.flow(false);
    else {
      this.#source.seek(this.#expected);
      this.#source.flow(this.#isFlowing);
    }
  }

  /** The partition is another's: what is in hand counts no more, and nothing is committed. */
  async lose(): Promise<void> {
    this.#lost.abort();
    this.#wake();
    await this.#running;
  }

  /** Finishes what is in hand, if that takes no longer than this, and commits. */
  async stop(finishMs: number): Promise<void> {
    this.#isStopping = true;
    this.#flow(false);
    this.#wake();
    const timer = setTimeout(() => this.#lost.abort(), finishMs);
    await this.#running;
    clearTimeout(timer);
  }

  get #isOver(): boolean {
    return this.#isStopping || this.#lost.signal.aborted;
  }

  async #run(): Promise<void> {
    while (!this.#isOver) {
      try {
        await this.#work();
      } catch (error) {
        if (this.#lost.signal.aborted) return;
        this.#options.onTrouble(error as Error);
        const { retryMs, mostRetryMs } = this.#options;
        // Not all partitions at the same moment: a server that comes back would be overrun.
        await this.#pause(Math.min(mostRetryMs, retryMs * 2 ** this.#failures++) * (0.5 + Math.random() / 2));
      }
    }
  }

  /** One life of a worker: opened at the commit, fed until something ends it. */
  async #work(): Promise<void> {
    const facts = await this.#source.look();
    if (this.#isOver) return;
    this.#end = facts.end;
    this.#wellFrom = Math.min(this.#wellFrom, facts.end);
    // A commit behind the end is one of a log that is there no more.
    const committed = facts.committed && facts.committed.offset <= facts.end ? facts.committed : undefined;
    const worker = await this.#options.open({ ...this.#place, ...facts, committed, signal: this.#lost.signal });
    try {
      this.#begin(worker.from);
      while (!this.#isOver) {
        const { records, to } = await this.#next(worker.mostAtOnce);
        this.#wellFrom = Math.max(this.#wellFrom, to);
        await worker.take(records, to);
        this.#taken = to;
        if (to >= this.#wellFrom) this.#failures = 0;
        if (performance.now() - this.#committedAt >= this.#options.commitMs) await this.#commit(worker);
      }
      await this.#commit(worker);
    } finally {
      this.#expected = undefined;
      this.#queue = [];
      this.#source.flow(false);
      await worker.close?.();
    }
  }

  #begin(from: number): void {
    this.#queue = [];
    this.#ahead = 0;
    this.#failure = undefined;
    this.#expected = from;
    this.#taken = from;
    if (this.#isOver) return;
    this.#source.seek(from);
    this.#flow(true);
  }

  #flow(isWanted: boolean): void {
    this.#isFlowing = isWanted;
    this.#source.flow(isWanted);
  }

  /** The next records; none when nothing came for a while. */
  async #next(most = Infinity): Promise<Offered> {
    if (this.#queue.length === 0 && !this.#isOver && !this.#failure) await this.#pause(this.#options.idleMs);
    if (this.#isOver) return { records: [], to: this.#taken };
    if (this.#queue.length === 0 && this.#failure) throw this.#failure;
    const offered = this.#queue.shift() ?? { records: [], to: this.#taken };
    if (offered.records.length > most) {
      this.#queue.unshift({ ...offered, records: offered.records.slice(most) });
      return this.#takeOut({ records: offered.records.slice(0, most), to: offered.records[most]!.offset });
    }
    return this.#takeOut(offered);
  }

  #takeOut(offered: Offered): Offered {
    this.#ahead -= sizeOf(offered.records);
    if (!this.#isFlowing && !this.#failure && this.#ahead < mostAhead / 4) this.#flow(true);
    return offered;
  }

  async #commit(worker: PartitionWorker): Promise<void> {
    const commit = worker.commit();
    this.#committedAt = performance.now();
    const isNew = commit?.offset !== this.#committed?.offset || commit?.metadata !== this.#committed?.metadata;
    if (!commit || !isNew || this.#lost.signal.aborted) return;
    // A commit that fails costs a longer replay at most; the next one says more.
    await this.#source.commit(commit).then(
      () => (this.#committed = commit),
      (error: Error) => this.#options.onTrouble(error),
    );
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.#isOver) this.#wake();
    });
  }
}

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}[${partition}]`;

const spanOf = (records: readonly LoggedRecord[]): Span => ({
  from: records[0]?.offset ?? 0,
  to: (records.at(-1)?.offset ?? -1) + 1,
});

function sizeOf(records: readonly LoggedRecord[]): number {
  let bytes = 0;
  for (const record of records) bytes += 64 + (record.size ?? record.value.length + (record.key?.length ?? 0));
  return bytes;
}

import { type Progress, entities, topics } from '@neartime/schemas';
import type { Catalogue, Clock, LogRecord, LogWriter, RecordEncoder } from '@neartime/streams';

export interface ProgressSenderOptions {
  readonly log: LogWriter;
  readonly catalogue: Pick<Catalogue, 'recordProgress'>;
  readonly encoder: RecordEncoder<Progress>;
  readonly clock: Clock;
  readonly partitions: number;
  /** The partition of `raw-files` whose sources these are. */
  readonly noticesPartition: number;
}

/** Seconds between two times that it says something: time need not move more often. */
const atMostEvery = 1;
/** Sources that it says something of in a second, on average: thousands of silent ones, which move all the time, may take longer. */
const sourcesASecond = 1000;
/** Sources in one record, which stays far below what brokers take. */
const sourcesARecord = 1000;

/** Says how far sources are complete, to every partition of every events topic. What it says never goes back. */
export class ProgressSender {
  readonly #options: ProgressSenderOptions;
  readonly #said = new Map<string, number>();
  readonly #moved = new Map<string, number>();
  #sentAt = -Infinity;

  constructor(options: ProgressSenderOptions) {
    this.#options = options;
  }

  /** What was said before, by whoever had the source then. */
  resume(source: string, completeUpTo: number): void {
    this.#said.set(source, completeUpTo);
  }

  say(source: string, completeUpTo: number): void {
    const upTo = Math.floor(completeUpTo);
    if (upTo > Math.max(this.#said.get(source) ?? -Infinity, this.#moved.get(source) ?? -Infinity))
      this.#moved.set(source, upTo);
  }

  /** Whether all that is to be said has been said. */
  get isSaid(): boolean {
    return this.#moved.size === 0;
  }

  /** Sends what moved, unless that was done a moment ago. */
  async flush(): Promise<void> {
    const { clock, catalogue, noticesPartition } = this.#options;
    const pause = Math.max(atMostEvery, this.#moved.size / sourcesASecond);
    if (this.isSaid || clock.elapsed() - this.#sentAt < pause) return;
    const moved = [...this.#moved];
    await this.#send(moved);
    this.#sentAt = clock.elapsed();
    // Only now: who takes over relies on it that what the catalogue says is in the log.
    await catalogue.recordProgress(
      moved.map(([source, completeUpTo]) => ({
        source,
        completeUpTo,
        saidAt: clock.now(),
        partition: noticesPartition,
      })),
    );
    for (const [source, upTo] of moved) {
      this.#said.set(source, upTo);
      this.#moved.delete(source);
    }
  }

  async #send(moved: readonly (readonly [string, number])[]): Promise<void> {
    const { log, encoder, clock, partitions } = this.#options;
    // Those that are furthest back first: whoever reads half of it must take none for the last.
    const said = moved
      .map(([source, complete_up_to]) => ({ source, complete_up_to }))
      .sort((a, b) => a.complete_up_to - b.complete_up_to);
    const records: LogRecord[] = [];
    for (let at = 0; at < said.length; at += sourcesARecord) {
      const value = encoder.encode({ sources: said.slice(at, at + sourcesARecord) });
      records.push({ key: null, value, timestamp: clock.now() * 1000 });
    }
    const everywhere = entities.flatMap((entity) =>
      Array.from({ length: partitions }, (_, partition) => ({ topic: topics.events(entity), partition, records })),
    );
    await log.append(everywhere);
  }
}

import { type Progress, entities, topics } from '@neartime/schemas';
import type { Catalogue, Clock, LogWriter, RecordEncoder } from '@neartime/streams';

export interface ProgressSenderOptions {
  readonly log: LogWriter;
  readonly catalogue: Pick<Catalogue, 'recordProgress'>;
  readonly encoder: RecordEncoder<Progress>;
  readonly clock: Clock;
  readonly partitions: number;
  /** The partition of `raw-files` whose sources these are. */
  readonly noticesPartition: number;
}

/** Seconds between two records: time need not move more often. */
const atMostEvery = 1;

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
    if (this.isSaid || clock.elapsed() - this.#sentAt < atMostEvery) return;
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
    const value = encoder.encode({ sources: moved.map(([source, complete_up_to]) => ({ source, complete_up_to })) });
    const records = [{ key: null, value, timestamp: clock.now() * 1000 }];
    const everywhere = entities.flatMap((entity) =>
      Array.from({ length: partitions }, (_, partition) => ({ topic: topics.events(entity), partition, records })),
    );
    await log.append(everywhere);
  }
}

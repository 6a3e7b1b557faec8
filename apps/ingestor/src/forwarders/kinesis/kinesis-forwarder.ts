import { type CheckDetails, reasonOf } from '@neartime/service';
import type { Forwarder, ForwarderListener, LeftBecause } from '../forwarder.ts';
import { HeldLease, type LeaseOptions } from '../held-lease.ts';
import { ended, paused } from '../pause.ts';
import { ReadersRoll, type Roll } from './readers-roll.ts';
import { type Shard, openShards } from './shard-order.ts';
import { type ShardReading, readShard, shardEnd } from './shard-reader.ts';

export interface KinesisForwarderOptions
  extends LeaseOptions, Pick<ShardReading, 'stream' | 'writer' | 'deadLetters' | 'everyMs' | 'idleMs'> {
  /** Where a stream begins that nobody has read. */
  readonly start: 'trim-horizon' | 'latest';
  /** Real milliseconds between two looks at the shards, and at who else reads them. */
  readonly lookEveryMs: number;
  readonly listener: ForwarderListener;
}

/** A shard that this instance reads. */
interface Reading {
  readonly lease: HeldLease;
  /** Has it finished its batch and give the shard back. */
  stop(): void;
  readonly done: Promise<void>;
}

/**
 * Forwards the notices of a Kinesis stream. A shard is read by whoever has its lease, `kinesis/<stream>/<shard>`, from the
 * sequence number in the lease's note on.
 *
 * At intervals each instance looks at the shards that may be read (see openShards) and at how many instances read (see
 * ReadersRoll). Its share is the number of shards by the number of instances, rounded up: it gives back what it has above that,
 * and takes free shards up to it. Rounding up leaves no shard without a reader, and who has its share takes no more, so no shard
 * goes to and fro.
 *
 * `latest` means: since any instance met the stream first, which the roll keeps. That is one time for all shards, so nothing is
 * passed over where an instance ends before its shard's first record, or where a shard is split.
 */
export class KinesisForwarder implements Forwarder {
  readonly #options: KinesisForwarderOptions;
  readonly #roll: ReadersRoll;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  readonly #readings = new Map<string, Reading>();
  /** Shards that somebody has read to their end, as far as this instance knows. */
  readonly #ended = new Set<string>();
  readonly #troubles = new Map<string, string>();
  #readers = 0;
  #lookSooner: () => void = () => undefined;

  constructor(options: KinesisForwarderOptions) {
    this.#options = options;
    this.#roll = new ReadersRoll(options.stream.name, options);
    this.#running = this.#run();
  }

  state(): CheckDetails {
    const [trouble] = this.#troubles.values();
    const { name } = this.#options.stream;
    const said = `reads ${this.#readings.size} shards, as one of ${this.#readers}`;
    return { [`kinesis ${name}`]: trouble ?? said };
  }

  /** Finishes the batches in hand, leaves their notes and gives the shards back. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await ended(this.#running);
    // What could not be finished is another's now.
    await Promise.all([...this.#readings.values()].map(({ lease }) => lease[Symbol.asyncDispose]()));
  }

  async #run(): Promise<void> {
    const { lookEveryMs } = this.#options;
    do {
      const sooner = new AbortController();
      this.#lookSooner = () => sooner.abort();
      await this.#look().catch((error: unknown) => this.#report('stream', error));
      await paused(lookEveryMs, AbortSignal.any([this.#stop.signal, sooner.signal]));
    } while (!this.#stop.signal.aborted);
    await Promise.all([...this.#readings.values()].map(({ done }) => done));
    // Who is not struck off is not counted for long.
    await this.#roll.leave().catch(() => undefined);
  }

  async #look(): Promise<void> {
    const { stream } = this.#options;
    const { signal } = this.#stop;
    const shards = await stream.shards(signal);
    const shown = new Set(shards.map(({ id }) => id));
    const roll = await this.#roll.answer({ ended: this.#ended, shown }, signal);
    if (!roll) return;
    for (const shard of roll.ended) this.#ended.add(shard);
    this.#readers = roll.readers;
    const open = openShards(shards, this.#ended);
    const share = Math.ceil(open.length / roll.readers);
    this.#giveBack(open, share);
    for (const shard of open) {
      if (this.#readings.size >= share || signal.aborted) break;
      if (!this.#readings.has(shard.id)) await this.#take(shard, roll);
    }
    this.#troubles.delete('stream');
  }

  /** The newest shards above the share go, and those that the stream shows no more. */
  #giveBack(open: readonly Shard[], share: number): void {
    const shown = open.filter(({ id }) => this.#readings.has(id)).slice(0, share);
    const kept = new Set(shown.map(({ id }) => id));
    for (const [id, reading] of this.#readings) if (!kept.has(id)) reading.stop();
  }

  async #take({ id }: Shard, roll: Roll): Promise<void> {
    const { stream, listener } = this.#options;
    const lease = await HeldLease.take(`kinesis/${stream.name}/${id}`, this.#options);
    if (!lease) return;
    if (lease.note === shardEnd) {
      await lease[Symbol.asyncDispose]();
      return this.#hasEnded(id);
    }
    listener.taken(lease.name);
    const stop = new AbortController();
    const done = this.#read(lease, roll, stop.signal).finally(() => this.#readings.delete(id));
    this.#readings.set(id, { lease, stop: () => stop.abort(), done });
  }

  async #read(lease: HeldLease, roll: Roll, given: AbortSignal): Promise<void> {
    const { start, stream, listener } = this.#options;
    const shard = lease.name.slice(`kinesis/${stream.name}/`.length);
    const reading: ShardReading = {
      ...this.#options,
      shard,
      start: start === 'latest' ? { at: roll.since } : 'first',
      onProgress: () => this.#troubles.delete(shard),
      onTrouble: (error) => this.#report(shard, error),
    };
    let why: LeftBecause = 'others have less';
    try {
      const hasEnded = await readShard(lease, reading, AbortSignal.any([this.#stop.signal, given]));
      if (hasEnded) why = 'it is at its end';
    } catch (error) {
      if (!this.#stop.signal.aborted && !given.aborted && !lease.signal.aborted) {
        why = 'it failed';
        this.#report(shard, error);
      }
    }
    if (lease.signal.aborted) why = 'it was lost to another instance';
    await lease[Symbol.asyncDispose]();
    this.#troubles.delete(shard);
    if (!this.#stop.signal.aborted) listener.left(lease.name, why);
    if (why === 'it is at its end') this.#hasEnded(shard);
  }

  /** What follows a shard may be read from now on. */
  #hasEnded(shard: string): void {
    this.#ended.add(shard);
    this.#lookSooner();
  }

  #report(where: string, error: unknown): void {
    if (this.#stop.signal.aborted) return;
    this.#troubles.set(where, reasonOf(error));
    this.#options.listener.trouble(`kinesis/${this.#options.stream.name}`, error);
  }
}

import {
  type GroupMember,
  type GroupOptions,
  PartitionPump,
  type PumpSource,
  type TopicPartition,
} from '@neartime/streams';
import type { Admin, Consumer, EachBatchPayload } from 'kafkajs';
import { isOfServers, kafkaError } from './failure.ts';
import { batchIn } from './fetch-batches.ts';
import type { Damage, FetchedBatch } from './fetched-batch.ts';

interface Held {
  readonly place: TopicPartition;
  readonly pump: PartitionPump;
}

/**
 * A member that hears nothing of its group, nor of kafkajs, at so many looks one after the other is dead: a fetch of kafkajs that never
 * ends keeps it from joining again. Longer than any join may take; looks are counted, since a process that slept has heard nothing either.
 */
const lookEveryMs = 5000;
const mostSilentLooks = 24;

/** Before a member begins anew that kafkajs has given up, in milliseconds. */
const beginAnewMs = 3000;

/** How long a member that stops may go on with what it has in hand, in milliseconds. */
const finishMs = 6000;

/**
 * A member of a group. kafkajs fetches and keeps the membership; what it hands over goes to a PartitionPump at once, so that
 * slow work never keeps it from saying that this member lives. Positions are ours: kafkajs neither commits nor decides where to
 * begin, since it would lose the metadata of commits, and would put a commit that is out of range back by itself.
 */
export class KafkaMember implements GroupMember {
  readonly #consumer: Consumer;
  readonly #admin: Admin;
  readonly #options: GroupOptions;
  readonly #held = new Map<string, Held>();
  readonly #mostSilentMs: number;
  #hasJoined = false;
  #isLeaving = false;
  #silentLooks = 0;
  readonly #watch: NodeJS.Timeout;
  /** When the group was heard of last. */
  #heardAt = -Infinity;
  /** What was lost and is not put down yet, by name: a partition that comes back waits for itself. */
  readonly #losing = new Map<string, Promise<void>>();

  private constructor(consumer: Consumer, admin: Admin, options: GroupOptions, mostSilentMs: number) {
    this.#mostSilentMs = mostSilentMs;
    this.#consumer = consumer;
    this.#admin = admin;
    this.#options = options;
    this.#watch = setInterval(() => this.#mustBeAlive(), lookEveryMs).unref();
  }

  /** `mostSilentMs`: after how long without an answer of its group it is not ready; a broker that hangs says nothing else. */
  static async run(
    consumer: Consumer,
    admin: Admin,
    options: GroupOptions,
    mostSilentMs: number,
  ): Promise<KafkaMember> {
    const member = new KafkaMember(consumer, admin, options, mostSilentMs);
    const { GROUP_JOIN, HEARTBEAT, REBALANCING, CRASH, DISCONNECT } = consumer.events;
    for (const event of [GROUP_JOIN, HEARTBEAT, REBALANCING, CRASH, DISCONNECT])
      consumer.on(event, () => void (member.#silentLooks = 0));
    consumer.on(HEARTBEAT, () => (member.#heardAt = performance.now()));
    consumer.on(GROUP_JOIN, ({ payload }) => member.#joined(payload.memberAssignment as Record<string, number[]>));
    consumer.on(REBALANCING, () => (member.#hasJoined = false));
    consumer.on(DISCONNECT, () => (member.#hasJoined = false));
    consumer.on(CRASH, ({ payload }) => member.#fellOut(payload));
    await member.#run().catch((error: unknown) => {
      clearInterval(member.#watch);
      throw error;
    });
    return member;
  }

  #run(): Promise<void> {
    return this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: async (batch) => this.#take(batch),
    });
  }

  /** kafkajs begins anew after what it takes for passing. After anything else it never reads again, and says no more of it. */
  #fellOut({ error: cause, restart }: { readonly error: Error; readonly restart: boolean }): void {
    this.#hasJoined = false;
    const error = kafkaError(`the member of ${this.#options.groupId} fell out`, cause);
    this.#options.onTrouble(error);
    if (restart || this.#isLeaving) return;
    if (isOfServers(cause)) setTimeout(() => void (this.#isLeaving || this.#run()), beginAnewMs).unref();
    // Then whoever started the process has to start it again.
    else
      setImmediate(() => {
        throw error;
      });
  }

  /** Whoever started the process has to start it again. */
  #mustBeAlive(): void {
    if (this.#isLeaving || ++this.#silentLooks < mostSilentLooks) return;
    const seconds = (this.#silentLooks * lookEveryMs) / 1000;
    throw new Error(`kafka: the member of ${this.#options.groupId} has heard nothing of its group for ${seconds} s`);
  }

  get partitions(): readonly TopicPartition[] {
    return [...this.#held.values()].map(({ place }) => place);
  }

  get isReady(): boolean {
    const isHeard = performance.now() - this.#heardAt < this.#mostSilentMs;
    return this.#hasJoined && isHeard && [...this.#held.values()].every(({ pump }) => pump.isWell);
  }

  get lag(): number {
    return [...this.#held.values()].reduce((sum, { pump }) => sum + pump.lag, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isLeaving = true;
    clearInterval(this.#watch);
    await Promise.all([...this.#held.values()].map(({ pump }) => pump.stop(finishMs)));
    await Promise.all(this.#losing.values());
    this.#held.clear();
    await Promise.allSettled([this.#consumer.disconnect(), this.#admin.disconnect()]);
  }

  /** The group has dealt its partitions out anew. Before anything is fetched: this is called in the same turn. */
  #joined(assignment: Readonly<Record<string, readonly number[]>>): void {
    // What is dealt out to one that leaves is dealt out again in a moment.
    if (this.#isLeaving) return;
    this.#hasJoined = true;
    this.#heardAt = performance.now();
    const places = Object.entries(assignment).flatMap(([topic, partitions]) =>
      partitions.map((partition) => ({ topic, partition })),
    );
    const kept = new Set(places.map(nameOf));
    for (const [name, { pump }] of this.#held) {
      if (kept.has(name)) continue;
      this.#held.delete(name);
      this.#losing.set(
        name,
        Promise.all([this.#losing.get(name), pump.lose()]).then(() => undefined),
      );
    }
    for (const place of places) {
      const held = this.#held.get(nameOf(place));
      if (held) held.pump.stay();
      else this.#hold(place);
    }
  }

  #hold(place: TopicPartition): void {
    const { open, onTrouble } = this.#options;
    const source = this.#sourceOf(place);
    source.flow(false);
    this.#held.set(nameOf(place), { place, pump: new PartitionPump(place, source, { open, onTrouble }) });
  }

  #sourceOf({ topic, partition }: TopicPartition): PumpSource {
    const selection = [{ topic, partitions: [partition] }];
    const isHeld = () => this.#held.has(nameOf({ topic, partition }));
    return {
      look: async () => {
        await this.#losing.get(nameOf({ topic, partition }));
        return this.#look({ topic, partition });
      },
      seek: (offset) => {
        if (isHeld() && this.#hasJoined) this.#consumer.seek({ topic, partition, offset: String(offset) });
      },
      flow: (isWanted) => {
        if (!this.#hasJoined) return;
        if (isWanted && isHeld()) this.#consumer.resume(selection);
        else this.#consumer.pause(selection);
      },
      commit: async ({ offset, metadata }) => {
        if (isHeld()) await this.#consumer.commitOffsets([{ topic, partition, offset: String(offset), metadata }]);
      },
    };
  }

  /** What the group has committed, with its metadata from the same answer, and what the partition holds. */
  async #look({ topic, partition }: TopicPartition) {
    const { groupId } = this.#options;
    try {
      const [groupOffsets, bounds] = await Promise.all([
        this.#admin.fetchOffsets({ groupId, topics: [topic] }),
        this.#admin.fetchTopicOffsets(topic),
      ]);
      const committed = groupOffsets.flatMap(({ partitions }) => partitions).find((one) => one.partition === partition);
      const { low, high } = bounds.find((one) => one.partition === partition)!;
      const offset = Number(committed?.offset ?? -1);
      return {
        // Below zero: none, or one that kafkajs has put back by itself.
        committed: offset < 0 ? undefined : { offset, metadata: committed!.metadata ?? '' },
        beginning: Number(low),
        end: Number(high),
      };
    } catch (cause) {
      throw kafkaError(`cannot look at ${topic}[${partition}] for ${groupId}`, cause);
    }
  }

  #take({ batch, resolveOffset, isStale }: EachBatchPayload): void {
    const { topic, partition, messages, highWatermark } = batch;
    const pump = this.#held.get(nameOf({ topic, partition }))?.pump;
    if (!pump?.isOpen || isStale()) return;
    for (const fetched of messages.map(batchIn)) {
      const trouble = fetched.damage && damagedBatch({ topic, partition }, fetched, fetched.damage);
      // Another replica may have it whole.
      if (trouble && fetched.damage?.by === 'broker') return pump.fail(trouble);
      // One that nobody will ever be able to read goes on to the worker, and is found to be no record there.
      if (trouble) this.#options.onTrouble(trouble);
      pump.offer(fetched.records, Number(highWatermark), fetched);
      resolveOffset(String(fetched.to - 1));
    }
  }
}

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}[${partition}]`;

const damagedBatch = (place: TopicPartition, { from, to }: FetchedBatch, { by, why }: Damage): Error =>
  new Error(
    by === 'broker'
      ? `${nameOf(place)}: the broker gives a damaged batch at ${from}: ${why}; the partition waits for a whole one: ` +
          `make another replica its leader, or delete its records up to ${to} to go on without them`
      : `${nameOf(place)}: the ${to - from} records from ${from} on cannot be read: ${why}; they go to the dead letters: ` +
          `look at who sent them`,
  );

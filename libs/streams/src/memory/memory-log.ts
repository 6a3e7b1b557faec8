import type {
  Commit,
  GroupMember,
  GroupOptions,
  LogAppend,
  LogReader,
  LogRecord,
  LogTopics,
  LogWriter,
  LoggedRecord,
  TopicPartition,
  TopicSpec,
} from '../log.ts';
import { PartitionPump } from '../partition-pump.ts';
import { StoreError } from '../store-error.ts';

interface Partition {
  /** The offset of the first record that is kept. */
  beginning: number;
  records: LoggedRecord[];
}

const copyOf = ({ key, value, timestamp }: LogRecord) => ({
  key: key && Uint8Array.from(key),
  value: Uint8Array.from(value),
  timestamp,
});

/** A log in memory, with consumer groups that share its partitions: for tests of whole topologies. */
export class MemoryLog implements LogWriter, LogReader, LogTopics {
  readonly #topics = new Map<string, Partition[]>();
  readonly #groups = new Map<string, MemoryGroup>();
  readonly #pumpTimes: { readonly idleMs?: number; readonly commitMs?: number; readonly retryMs?: number };

  constructor(pumpTimes: { idleMs?: number; commitMs?: number; retryMs?: number } = {}) {
    this.#pumpTimes = { idleMs: 5, commitMs: 0, retryMs: 5, ...pumpTimes };
  }

  async ensure(topics: readonly TopicSpec[]): Promise<ReadonlyMap<string, number>> {
    for (const { topic, partitions } of topics) {
      if (this.#topics.has(topic)) continue;
      this.#topics.set(
        topic,
        Array.from({ length: partitions }, () => ({ beginning: 0, records: [] })),
      );
    }
    return new Map(topics.map(({ topic }) => [topic, this.#topics.get(topic)!.length]));
  }

  async names(): Promise<string[]> {
    return [...this.#topics.keys()];
  }

  async bounds(topic: string): Promise<{ beginning: number; end: number }[]> {
    return this.#partitionsOf(topic).map(({ beginning, records }) => ({ beginning, end: beginning + records.length }));
  }

  async append(appends: readonly LogAppend[]): Promise<void> {
    for (const { topic, partition, records } of appends) {
      const place = this.partition({ topic, partition });
      for (const record of records)
        place.records.push({ ...copyOf(record), offset: place.beginning + place.records.length });
    }
    for (const group of this.#groups.values()) group.offer();
  }

  async join(options: GroupOptions): Promise<GroupMember> {
    const group = this.#groups.get(options.groupId) ?? new MemoryGroup(this, this.#pumpTimes);
    this.#groups.set(options.groupId, group);
    return group.join(options);
  }

  /** All records that are kept of a partition. */
  records(place: TopicPartition): readonly LoggedRecord[] {
    return this.partition(place).records;
  }

  /** Forgets the records before an offset, as retention does. */
  forgetBefore(place: TopicPartition, offset: number): void {
    const partition = this.partition(place);
    partition.records = partition.records.slice(Math.max(0, offset - partition.beginning));
    partition.beginning = Math.max(partition.beginning, offset);
  }

  /** What a group has committed. */
  committed(groupId: string, place: TopicPartition): Commit | undefined {
    return this.#groups.get(groupId)?.commits.get(nameOf(place));
  }

  partition({ topic, partition }: TopicPartition): Partition {
    const found = this.#partitionsOf(topic)[partition];
    if (!found) throw new StoreError(`log: ${topic} has no partition ${partition}`);
    return found;
  }

  partitionCount(topic: string): number {
    return this.#partitionsOf(topic).length;
  }

  #partitionsOf(topic: string): Partition[] {
    const partitions = this.#topics.get(topic);
    if (!partitions) throw new StoreError(`log: there is no topic ${topic}`);
    return partitions;
  }
}

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}[${partition}]`;

/** How many records are offered at once. */
const batchSize = 500;

/** The members of a group; whenever one comes or goes the partitions are dealt out anew, in turns. */
class MemoryGroup {
  readonly commits = new Map<string, Commit>();
  readonly #log: MemoryLog;
  readonly #pumpTimes: object;
  #members: MemoryMember[] = [];

  constructor(log: MemoryLog, pumpTimes: object) {
    this.#log = log;
    this.#pumpTimes = pumpTimes;
  }

  async join(options: GroupOptions): Promise<GroupMember> {
    const member = new MemoryMember(options, this.#log, this, this.#pumpTimes);
    this.#members.push(member);
    await this.#deal();
    return member;
  }

  async leave(member: MemoryMember): Promise<void> {
    this.#members = this.#members.filter((one) => one !== member);
    await this.#deal();
  }

  offer(): void {
    for (const member of this.#members) member.offer();
  }

  async #deal(): Promise<void> {
    const topics = [...new Set(this.#members.flatMap(({ topics }) => topics))];
    const shares = new Map<MemoryMember, TopicPartition[]>(this.#members.map((member) => [member, []]));
    for (const topic of topics) {
      const readers = this.#members.filter((member) => member.topics.includes(topic));
      for (let partition = 0; partition < this.#log.partitionCount(topic); partition++)
        shares.get(readers[partition % readers.length]!)!.push({ topic, partition });
    }
    for (const [member, share] of shares) await member.loseAllBut(share);
    for (const [member, share] of shares) member.take(share);
  }
}

class MemoryMember implements GroupMember {
  readonly topics: readonly string[];
  readonly #options: GroupOptions;
  readonly #log: MemoryLog;
  readonly #group: MemoryGroup;
  readonly #pumpTimes: object;
  readonly #pumps = new Map<string, { place: TopicPartition; pump: PartitionPump; offer: () => void }>();
  #hasLeft = false;

  constructor(options: GroupOptions, log: MemoryLog, group: MemoryGroup, pumpTimes: object) {
    this.topics = options.topics;
    this.#options = options;
    this.#log = log;
    this.#group = group;
    this.#pumpTimes = pumpTimes;
  }

  get partitions(): readonly TopicPartition[] {
    return [...this.#pumps.values()].map(({ place }) => place);
  }
  get isReady(): boolean {
    return !this.#hasLeft && [...this.#pumps.values()].every(({ pump }) => pump.isWell);
  }
  get lag(): number {
    return [...this.#pumps.values()].reduce((sum, { pump }) => sum + pump.lag, 0);
  }

  async loseAllBut(places: readonly TopicPartition[]): Promise<void> {
    const kept = new Set(places.map(nameOf));
    for (const [name, { pump }] of this.#pumps) {
      if (kept.has(name)) continue;
      this.#pumps.delete(name);
      await pump.lose();
    }
  }

  take(places: readonly TopicPartition[]): void {
    for (const place of places) {
      const name = nameOf(place);
      if (this.#pumps.has(name)) continue;
      this.#pumps.set(name, this.#pump(place));
    }
  }

  offer(): void {
    for (const { offer } of this.#pumps.values()) offer();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    await Promise.all([...this.#pumps.values()].map(({ pump }) => pump.stop(5000)));
    this.#pumps.clear();
    await this.#group.leave(this);
  }

  #pump(place: TopicPartition) {
    // What the pump asks for, also while it is offered something.
    const asked = { next: Infinity, isWanted: false };
    const offer = () => {
      const { beginning, records } = this.#log.partition(place);
      while (asked.isWanted && asked.next < beginning + records.length) {
        const batch = records.slice(Math.max(asked.next, beginning) - beginning).slice(0, batchSize);
        asked.next = batch.at(-1)!.offset + 1;
        pump.offer(batch, beginning + records.length);
      }
    };
    const commits = this.#group.commits;
    const pump = new PartitionPump(
      place,
      {
        look: async () => ({
          committed: commits.get(nameOf(place)),
          ...(await this.#log.bounds(place.topic))[place.partition]!,
        }),
        seek: (offset) => (asked.next = offset),
        flow: (wanted) => {
          asked.isWanted = wanted;
          if (wanted) queueMicrotask(offer);
        },
        commit: async (commit) => void commits.set(nameOf(place), commit),
      },
      { ...this.#pumpTimes, open: this.#options.open, onTrouble: this.#options.onTrouble },
    );
    return { place, pump, offer };
  }
}

import type { RecordBlock } from './record-block.ts';

/** One partition of a topic. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** What is appended: bytes, and when it is sent (epoch milliseconds). */
export interface LogRecord {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array;
  readonly timestamp: number;
}

/** A record where it stands in its partition. */
export interface LoggedRecord extends LogRecord {
  readonly offset: number;
  /** Bytes of key and value, where they are known without making either. */
  readonly size?: number;
}

/** The records for one partition, in order; several of one partition in the order in which they stand. */
export interface LogAppend extends TopicPartition {
  readonly records: readonly LogRecord[] | RecordBlock;
}

/**
 * Appends to a log of partitioned topics. A sender of records whose order matters has one append of them under way at a time,
 * and appends nothing behind one that failed but the same again.
 */
export interface LogWriter {
  /**
   * Appends records, in order within each partition, and returns when every partition has said that they stand. When it throws
   * (a retriable StoreError where trying again may help) any beginning of each partition's records may stand, once or more often.
   * A log keeps nothing of what it was given: once it returns, the caller may use a block's memory again.
   */
  append(appends: readonly LogAppend[]): Promise<void>;
}

/** A place in a partition up to which a group has done its work, with what it wants to find there. */
export interface Commit {
  readonly offset: number;
  readonly metadata: string;
}

/** A partition as its new owner finds it. */
export interface Assignment extends TopicPartition {
  readonly committed: Commit | undefined;
  /** The first offset that is kept. */
  readonly beginning: number;
  /** The offset that the next record will get. */
  readonly end: number;
  /** Is aborted when this member loses the partition: nothing of it counts from then on. */
  readonly signal: AbortSignal;
}

/**
 * Who works on one partition while this member has it. Calls come one after the other; while one has not returned no more than
 * a few batches are fetched ahead.
 */
export interface PartitionWorker {
  /** Where reading begins. */
  readonly from: number;
  /** It takes no more records at a call than these: where each is much work, so that it is asked for a commit in between. */
  readonly mostAtOnce?: number;
  /**
   * Takes records in unbroken order; with none when nothing has come for a while (a second at most). `upTo`: all before this offset has
   * been taken with them. The ends of transactions of others have offsets, too, and are no records.
   */
  take(records: readonly LoggedRecord[], upTo: number): Promise<void>;
  /** What may be committed now; `undefined` while that is nothing new. */
  commit(): Commit | undefined;
  /** The partition is lost, or the member stops, which has committed before. */
  close?(): Promise<void>;
}

export interface GroupOptions {
  readonly groupId: string;
  readonly topics: readonly string[];
  /** Makes the worker of a partition; rejected, it is asked again after a while. */
  readonly open: (assignment: Assignment) => Promise<PartitionWorker>;
  /** Something went wrong that is tried again by itself. */
  readonly onTrouble: (error: Error) => void;
}

/** A member of a consumer group. */
export interface GroupMember extends AsyncDisposable {
  /** The partitions that it has, also those whose workers are still opening. */
  readonly partitions: readonly TopicPartition[];
  /** Whether it takes part: it has joined, and every worker gets on, which it does not while a server is down that it needs. */
  readonly isReady: boolean;
  /** Records between what the workers took and the ends of their partitions, as last heard. */
  readonly lag: number;
  /** Finishes the batches in hand, commits and leaves. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Topics that consumer groups read: each partition by one member of a group at a time. */
export interface LogReader {
  join(options: GroupOptions): Promise<GroupMember>;
}

/** What a topic has to be. */
export interface TopicSpec {
  readonly topic: string;
  readonly partitions: number;
  readonly retentionMs: number;
}

export interface LogTopics {
  /** Makes the topics that are missing, and gives the partition counts of all of them. */
  ensure(topics: readonly TopicSpec[]): Promise<ReadonlyMap<string, number>>;
  /** The names of the topics that there are. */
  names(): Promise<string[]>;
  /** The first kept offset and the end of every partition. */
  bounds(topic: string): Promise<{ readonly beginning: number; readonly end: number }[]>;
}

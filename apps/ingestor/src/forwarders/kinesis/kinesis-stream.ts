import {
  ExpiredIteratorException,
  GetRecordsCommand,
  type GetRecordsCommandOutput,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
  type KinesisClient,
  ListShardsCommand,
  type ListShardsCommandOutput,
} from '@aws-sdk/client-kinesis';
import { StoreError } from '@neartime/streams';
import type { Shard } from './shard-order.ts';

export interface KinesisRecord {
  readonly sequenceNumber: string;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

export interface ShardBatch {
  readonly records: readonly KinesisRecord[];
  /** Where reading goes on; `undefined` when the shard was closed and this is its end. */
  readonly next: string | undefined;
  /** Whether there is nothing more at the moment. */
  readonly isCaughtUp: boolean;
}

/** Where reading of a shard begins: behind a record, with the first that came at a time (epoch seconds) or later, or with the first that is kept. */
export type ShardPosition = { readonly after: string } | { readonly at: number } | 'first';

/** So many records a request, so that a batch is soon done. */
const recordsAtOnce = 1000;

/**
 * One stream as it is read. Whatever fails is thrown as a StoreError that is retriable: throttling and servers that are down
 * pass, and a stream that is missing or may not be read is waited for too, since notices come by other ways meanwhile.
 */
export class KinesisStream {
  readonly name: string;
  readonly #client: KinesisClient;

  constructor(client: KinesisClient, name: string) {
    this.#client = client;
    this.name = name;
  }

  /** Every shard of which records may still be kept. */
  async shards(abortSignal: AbortSignal): Promise<Shard[]> {
    const shards: Shard[] = [];
    let NextToken: string | undefined;
    do {
      const command = new ListShardsCommand(NextToken ? { NextToken } : { StreamName: this.name });
      const page: ListShardsCommandOutput = await this.#ask('cannot list the shards of', () =>
        this.#client.send(command, { abortSignal }),
      );
      for (const { ShardId, ParentShardId, AdjacentParentShardId } of page.Shards ?? [])
        shards.push({ id: ShardId!, parents: [ParentShardId, AdjacentParentShardId].filter((id) => id !== undefined) });
      NextToken = page.NextToken;
    } while (NextToken);
    return shards;
  }

  /** What `batch` takes to begin at a position. */
  async iterator(shard: string, position: ShardPosition, abortSignal: AbortSignal): Promise<string> {
    const command = new GetShardIteratorCommand({ StreamName: this.name, ShardId: shard, ...beginning(position) });
    const answer = await this.#ask('cannot find a place in', () => this.#client.send(command, { abortSignal }));
    return answer.ShardIterator!;
  }

  /** The next records, none when there are none now; `expired` when the iterator is too old to be used. */
  async batch(iterator: string, abortSignal: AbortSignal): Promise<ShardBatch | 'expired'> {
    const command = new GetRecordsCommand({ ShardIterator: iterator, Limit: recordsAtOnce });
    const answer = await this.#ask('cannot read', () => this.#client.send(command, { abortSignal }).catch(expired));
    return answer === 'expired' ? answer : batchOf(answer);
  }

  async #ask<T>(what: string, question: () => Promise<T>): Promise<T> {
    try {
      return await question();
    } catch (cause) {
      const { name, message } = cause as Error;
      throw new StoreError(`kinesis: ${what} ${this.name}: ${message || name} (${name})`, { cause, retriable: true });
    }
  }
}

function beginning(position: ShardPosition) {
  const of = (type: GetShardIteratorCommandInput['ShardIteratorType']) => ({ ShardIteratorType: type });
  if (position === 'first') return of('TRIM_HORIZON');
  if ('at' in position) return { ...of('AT_TIMESTAMP'), Timestamp: new Date(position.at * 1000) };
  return { ...of('AFTER_SEQUENCE_NUMBER'), StartingSequenceNumber: position.after };
}

const batchOf = ({ Records = [], NextShardIterator, MillisBehindLatest }: GetRecordsCommandOutput): ShardBatch => ({
  records: Records.map(({ SequenceNumber, PartitionKey, Data }) => ({
    sequenceNumber: SequenceNumber!,
    key: Buffer.from(PartitionKey!),
    value: Data!,
  })),
  next: NextShardIterator || undefined,
  isCaughtUp: !MillisBehindLatest,
});

function expired(error: unknown): 'expired' {
  if (error instanceof ExpiredIteratorException) return 'expired';
  throw error;
}

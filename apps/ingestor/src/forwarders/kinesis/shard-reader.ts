import { type DeadLetters, type PersistentOptions, persistently } from '@neartime/streams';
import { type Notice, parseNotice } from '../../notice.ts';
import type { HeldLease } from '../held-lease.ts';
import type { NoticeWriter } from '../notice-writer.ts';
import { paused } from '../pause.ts';
import type { KinesisRecord, KinesisStream, ShardPosition } from './kinesis-stream.ts';

/** The note of a shard that was read to its end; otherwise a note is the sequence number of the last record that is done. */
export const shardEnd = 'SHARD_END';

export interface ShardReading {
  readonly stream: KinesisStream;
  readonly shard: string;
  /** Where a shard begins that nobody has read. */
  readonly start: ShardPosition;
  readonly writer: Pick<NoticeWriter, 'write'>;
  readonly deadLetters: Pick<DeadLetters, 'bury'>;
  /** Milliseconds between two requests; a shard answers five in a second. */
  readonly everyMs: number;
  /** Milliseconds before the next request when there was nothing more. */
  readonly idleMs: number;
  readonly onProgress: () => void;
  readonly onTrouble: (error: Error) => void;
}

/**
 * Reads a shard from the lease's note on, until it ends, the lease is lost or `stop` is aborted; true when it has ended. A batch
 * that has begun is finished. The note is left when its notices stand in the log: what a reader did after its last note, the
 * next one does again.
 */
export async function readShard(lease: HeldLease, reading: ShardReading, stop: AbortSignal): Promise<boolean> {
  const { stream, shard, start, everyMs, idleMs, onProgress } = reading;
  const over = AbortSignal.any([stop, lease.signal]);
  const asking = patience(over, reading);
  let iterator: string | undefined;
  while (!over.aborted) {
    const position = lease.note === undefined ? start : { after: lease.note };
    iterator ??= await persistently(() => stream.iterator(shard, position, over), asking);
    const from = iterator;
    const batch = await persistently(() => stream.batch(from, over), asking);
    if (batch === 'expired') {
      iterator = undefined;
      continue;
    }
    const last = batch.records.at(-1)?.sequenceNumber;
    await forward(batch.records, reading);
    const note = batch.next === undefined ? shardEnd : last;
    if (note !== undefined) await persistently(() => lease.leave(note), patience(lease.signal, reading));
    onProgress();
    if (batch.next === undefined) return true;
    iterator = batch.next;
    await paused(batch.isCaughtUp ? idleMs : everyMs, over);
  }
  return false;
}

const patience = (signal: AbortSignal, { onTrouble }: ShardReading): PersistentOptions => ({
  signal,
  // What was broken off is no trouble.
  onTrouble: (error) => signal.aborted || onTrouble(error),
});

async function forward(records: readonly KinesisRecord[], reading: ShardReading): Promise<void> {
  const notices: Notice[] = [];
  for (const record of records) {
    const parsed = parseNotice(Buffer.from(record.value).toString());
    if ('undecodable' in parsed) await bury(record, parsed.undecodable, reading);
    else notices.push(...parsed);
  }
  await reading.writer.write(notices);
}

/** A shard has no offsets: the place of the record is told in words. */
async function bury(
  { sequenceNumber, key, value }: KinesisRecord,
  why: string,
  { stream, shard, deadLetters }: ShardReading,
): Promise<void> {
  const place = { topic: `kinesis:${stream.name}/${shard}`, partition: 0 };
  await deadLetters.bury(place, { key, value, offset: 0, timestamp: 0 }, `sequence number ${sequenceNumber}: ${why}`);
}

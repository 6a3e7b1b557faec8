import { parseRawFileName } from '@neartime/ingest';
import { topics } from '@neartime/schemas';
import type { Clock, LogAppend, LogWriter } from '@neartime/streams';
import { type Notice, formatNotice, noticesPartition, pathOf } from '../notice.ts';

export interface NoticeWriterOptions {
  readonly log: LogWriter;
  readonly clock: Clock;
  /** Partitions of `raw-files`. */
  readonly partitions: number;
}

/** So many bytes go into one append: a broker takes a megabyte for a partition by default. */
const mostBytes = 500_000;

/**
 * Writes notices to the topic `raw-files`, each under its source as the key, in the partition that Java's default partitioner
 * gives that key: whoever writes, a source has one partition, and so one owner.
 */
export class NoticeWriter {
  readonly #options: NoticeWriterOptions;

  constructor(options: NoticeWriterOptions) {
    this.#options = options;
  }

  /** All of them stand when it returns, those of a source in their order. When it throws any beginning may stand. */
  async write(notices: readonly Notice[]): Promise<void> {
    for (const appends of this.#batches(notices)) await this.#options.log.append(appends);
  }

  *#batches(notices: readonly Notice[]): Iterable<LogAppend[]> {
    const { clock, partitions } = this.#options;
    let bytes = 0;
    let batch = new Map<number, LogAppend & { records: object[] }>();
    for (const notice of notices) {
      const record = {
        key: Buffer.from(sourceOf(notice)),
        value: Buffer.from(formatNotice(notice)),
        timestamp: clock.now() * 1000,
      };
      bytes += record.key.length + record.value.length;
      if (bytes > mostBytes && batch.size > 0) {
        yield [...batch.values()];
        bytes = record.key.length + record.value.length;
        batch = new Map();
      }
      const partition = noticesPartition(record.key, partitions);
      const append = batch.get(partition);
      if (append) append.records.push(record);
      else batch.set(partition, { topic: topics.rawFiles, partition, records: [record] });
    }
    if (batch.size > 0) yield [...batch.values()];
  }
}

/** What a notice is about: for a file whose name carries no time, which comes to nothing, its folder will do. */
export function sourceOf(notice: Notice): string {
  if ('source' in notice) return notice.source;
  const path = pathOf(notice);
  return parseRawFileName(path)?.source ?? path.slice(0, path.lastIndexOf('/') + 1);
}

import { topics } from '@neartime/schemas';
import { MemoryLog } from '@neartime/streams/memory';

export const partitions = 4;

/** A log with the topics that forwarders write to. */
export class NoticesLog extends MemoryLog {
  static async make(): Promise<NoticesLog> {
    const log = new NoticesLog();
    await log.ensure([
      { topic: topics.rawFiles, partitions, retentionMs: 1 },
      { topic: topics.deadLetters, partitions: 1, retentionMs: 1 },
    ]);
    return log;
  }

  /** The texts of a partition's notices. */
  in(partition: number): string[] {
    return this.records({ topic: topics.rawFiles, partition }).map(({ value }) => Buffer.from(value).toString());
  }

  /** The texts of all notices, those of a partition in their order. */
  get notices(): string[] {
    return Array.from({ length: partitions }, (_, partition) => this.in(partition)).flat();
  }
}

import { join } from 'node:path';
import { entities, eventRecord, rejectedLinesRecord, topics } from '@neartime/schemas';
import { type LogAppend, type LogWriter, RecordDecoder, RecordEncoder } from '@neartime/streams';
import { SqliteCatalogue } from '@neartime/streams/embedded';
import { MemoryLog, MemoryRegistry } from '@neartime/streams/memory';
import { at, temporaryFolder } from '@neartime/testing';
import type { RejectedLinesRecord } from '@neartime/schemas';
import { type FileNotice, type Ingested, ingestFile } from '../src/index.ts';
import { RawBucket } from './raw-bucket.ts';

export const partitions = 4;
export const bucket = 'raw';

export interface SentEvent {
  readonly partition: number;
  readonly key: string;
  readonly line: number;
  readonly file: string;
}

/** Everything that ingesting touches, in memory. */
export class Ingesting implements Disposable {
  readonly #folder = temporaryFolder();
  readonly catalogue = new SqliteCatalogue(join(this.#folder.path, 'catalogue.db'));
  readonly bucket = new RawBucket();
  readonly log = new MemoryLog();
  readonly registry = new MemoryRegistry();
  now = at('11:00');
  /** Is called before anything is appended; what it throws is thrown. */
  onAppend: (appends: readonly LogAppend[]) => void = () => undefined;

  static async begin(): Promise<Ingesting> {
    const ingesting = new Ingesting();
    const spec = (topic: string, count: number) => ({ topic, partitions: count, retentionMs: 1 });
    await ingesting.log.ensure([
      ...entities.map((entity) => spec(topics.events(entity), partitions)),
      ...[topics.rejected, topics.deadLetters, topics.rawFiles].map((topic) => spec(topic, 1)),
    ]);
    return ingesting;
  }

  get writer(): LogWriter {
    return {
      append: async (appends) => {
        this.onAppend(appends);
        await this.log.append(appends);
      },
    };
  }

  get clock() {
    return { now: () => this.now, elapsed: () => this.now };
  }

  async ingest(key: string, signal = new AbortController().signal): Promise<Ingested> {
    const notice: FileNotice = { bucket, key };
    return ingestFile(notice, {
      ...{ catalogue: this.catalogue, log: this.writer, clock: this.clock, partitions, grace: 180 },
      reservoirOf: () => this.bucket,
      signal,
      events: await RecordEncoder.of<object>(this.registry, eventRecord, { strings: 'bytes' }),
      rejected: await RecordEncoder.of<RejectedLinesRecord>(this.registry, rejectedLinesRecord),
    });
  }

  /** The events that stand in a topic, partition by partition. */
  async sent(topic: string): Promise<SentEvent[]> {
    const decoder = new RecordDecoder(this.registry, [{ record: eventRecord }]);
    const events: SentEvent[] = [];
    for (let partition = 0; partition < partitions; partition++) {
      const records = this.log.records({ topic, partition });
      await decoder.prepare(records.map(({ value }) => value));
      for (const { key, value } of records) {
        const { value: event } = decoder.decode(value) as { value: { line: number; file_id: Uint8Array } };
        events.push({
          partition,
          key: Buffer.from(key!).toString(),
          line: event.line,
          file: Buffer.from(event.file_id).toString('hex'),
        });
      }
    }
    return events;
  }

  [Symbol.dispose](): void {
    this.catalogue[Symbol.dispose]();
    this.#folder.remove();
  }
}

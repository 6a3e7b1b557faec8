import { join } from 'node:path';
import { checksum } from '@neartime/engines';
import { type WindowClosed, featureRowRecord, topics, windowClosedRecord } from '@neartime/schemas';
import {
  type Assignment,
  DeadLetters,
  type LoggedRecord,
  type OnlineTable,
  RecordDecoder,
  RecordEncoder,
} from '@neartime/streams';
import { SqliteCatalogue } from '@neartime/streams/embedded';
import { MemoryLog, MemoryObjectStore, MemoryOnlineStore, MemoryRegistry } from '@neartime/streams/memory';
import { at, temporaryFolder } from '@neartime/testing';
import { CollectedRows } from '../src/collected-rows.ts';
import { PartWriter, RowsWorker, type WrittenPart } from '../src/index.ts';

export const ten = at('10:00');
export const table: OnlineTable = { feature: 'device_browses', column: 'actions_count', type: 'INT64' };
const topic = topics.feature(table.feature);

/** A row by its id and value; `null` for a key that a revision does not have any more. */
export type Rows = Readonly<Record<string, number | bigint | null>>;

/** A writer of one partition over stores in memory; a test hands it records as a log would. */
export class Writing implements Disposable {
  readonly #folder = temporaryFolder();
  readonly catalogue = new SqliteCatalogue(join(this.#folder.path, 'catalogue.db'));
  readonly online = new MemoryOnlineStore();
  readonly objects = new MemoryObjectStore();
  readonly log = new MemoryLog();
  readonly written: WrittenPart[] = [];
  readonly damaged: string[] = [];
  readonly #registry = new MemoryRegistry();
  readonly #clock = { now: () => at('12:00'), elapsed: () => 0 };
  readonly writer = new PartWriter({
    objects: this.objects,
    online: this.online,
    catalogue: this.catalogue,
    clock: this.#clock,
    onDamaged: (name) => void this.damaged.push(name),
  });
  #row!: RecordEncoder<object>;
  #closed!: RecordEncoder<WindowClosed>;
  worker!: RowsWorker;
  #offset = 0;

  static async begin(): Promise<Writing> {
    const writing = new Writing();
    await writing.log.ensure([{ topic: topics.deadLetters, partitions: 1, retentionMs: 1 }]);
    const record = featureRowRecord(table.feature, table.column, table.type);
    writing.#row = await RecordEncoder.of<object>(writing.#registry, record, { longs: 'exact' });
    writing.#closed = await RecordEncoder.of<WindowClosed>(writing.#registry, windowClosedRecord);
    writing.worker = await writing.open();
    return writing;
  }

  /** Another owner of the partition, who begins at an offset. */
  async open(offset = 0): Promise<RowsWorker> {
    const record = featureRowRecord(table.feature, table.column, table.type);
    const assignment: Assignment = {
      ...{ topic, partition: 0, committed: { offset, metadata: '' }, beginning: 0, end: offset },
      signal: new AbortController().signal,
    };
    return new RowsWorker(assignment, {
      ...{ table, writer: this.writer, online: this.online, clock: this.#clock },
      decoder: new RecordDecoder(this.#registry, [
        { record, strings: 'bytes', longs: 'exact' },
        { record: windowClosedRecord },
      ]),
      deadLetters: await DeadLetters.over(this.log, this.#registry, this.#clock, () => undefined),
      listener: { written: (part) => void this.written.push(part), provisional: () => undefined },
    });
  }

  rows(rows: Rows, revision = 0, { window = ten, lines = 9 } = {}): LoggedRecord[] {
    return Object.entries(rows).map(([id, value]) =>
      this.record(
        this.#row.encode({
          window,
          partition: 0,
          revision,
          lines,
          id,
          country: 'pl',
          brand: 'olx',
          [table.column]: value,
        }),
      ),
    );
  }

  /** The end of a revision that has these rows. */
  end(rows: Rows, revision = 0, window = ten): LoggedRecord {
    const collected = new CollectedRows(table.column);
    for (const [id, value] of Object.entries(rows)) {
      const bytes = { id: Buffer.from(id), country: Buffer.from('pl'), brand: Buffer.from('olx') };
      collected.add({ window, partition: 0, revision, lines: 9, ...bytes, [table.column]: value });
    }
    const sorted = collected.sorted();
    const lines = { lines: 9, high: 1, low: 2 };
    return this.record(
      this.#closed.encode({
        ...{ window, partition: 0, revision, lines },
        rows: sorted.rows,
        checksum: checksum(sorted),
        closed_at: at('11:00'),
      }),
    );
  }

  record(value: Uint8Array): LoggedRecord {
    return { key: null, value: Uint8Array.from(value), timestamp: 0, offset: this.#offset++ };
  }

  async onlineValues(...ids: string[]): Promise<unknown[]> {
    const rows = await Promise.all(ids.map((id) => this.online.get(table, id)));
    return rows.map(([row]) => row && [row.value, row.final ? row.revision : 'provisional']);
  }

  [Symbol.dispose](): void {
    this.catalogue[Symbol.dispose]();
    this.#folder.remove();
  }
}

import { type WindowClosed, featureRowSubject, provisional } from '@neartime/schemas';
import type {
  Assignment,
  Clock,
  Commit,
  DeadLetters,
  LoggedRecord,
  OnlineStore,
  OnlineTable,
  OnlineWrite,
  PartitionWorker,
  RecordDecoder,
} from '@neartime/streams';
import { CollectedRows, type ReceivedRow } from './collected-rows.ts';
import type { PartWriter, WrittenPart } from './part-writer.ts';

/** What a writer says of its work, for logs and metrics. */
export interface WriterListener {
  written(part: WrittenPart): void;
  provisional(feature: string, rows: number): void;
}

export interface RowsWorkerOptions {
  readonly table: OnlineTable;
  readonly decoder: RecordDecoder;
  readonly writer: PartWriter;
  readonly online: OnlineStore;
  readonly deadLetters: DeadLetters;
  readonly clock: Clock;
  readonly listener: WriterListener;
}

/** A revision of a window whose end has not come. */
interface Unfinished {
  readonly revision: number;
  readonly rows: CollectedRows;
  readonly firstOffset: number;
}

/** Works on one partition of `features.<name>`: collects revisions until they are whole, passes provisional rows on. */
export class RowsWorker implements PartitionWorker {
  readonly from: number;
  readonly #assignment: Assignment;
  readonly #options: RowsWorkerOptions;
  readonly #unfinished = new Map<number, Unfinished>();
  /** Revisions that stand, of windows of which rows are coming; so that a row does not ask each time. */
  readonly #standing = new Map<number, number>();
  /** Provisional rows of one window and one count of its lines. */
  #passing: { readonly window: number; readonly lines: number; readonly rows: CollectedRows } | undefined;
  #position: number;

  constructor(assignment: Assignment, options: RowsWorkerOptions) {
    const { committed, beginning } = assignment;
    this.#assignment = assignment;
    this.#options = options;
    this.from = Math.max(committed?.offset ?? 0, beginning);
    this.#position = this.from;
  }

  async take(records: readonly LoggedRecord[]): Promise<void> {
    const { decoder, deadLetters, table } = this.#options;
    const rows = featureRowSubject(table.feature);
    await decoder.prepare(records.map(({ value }) => value));
    for (const record of records) {
      const decoded = decoder.decode(record.value);
      if ('undecodable' in decoded) await deadLetters.bury(this.#assignment, record, decoded.undecodable);
      else if (decoded.is === 'neartime.WindowClosed') await this.#close(decoded.value as WindowClosed);
      else if (decoded.is === rows) await this.#row(decoded.value as ReceivedRow, record.offset);
      this.#position = record.offset + 1;
    }
    await this.#pass();
  }

  commit(): Commit | undefined {
    const first = Math.min(this.#position, ...[...this.#unfinished.values()].map(({ firstOffset }) => firstOffset));
    return { offset: first, metadata: '' };
  }

  async #row(row: ReceivedRow, offset: number): Promise<void> {
    const { window, revision } = row;
    if (revision === provisional) return this.#provisional(row);
    if (revision <= (await this.#standingOf(window))) return;
    const unfinished = this.#unfinished.get(window);
    if (unfinished && unfinished.revision > revision) return;
    if (unfinished?.revision === revision) unfinished.rows.add(row);
    else {
      const rows = new CollectedRows(this.#options.table.column);
      rows.add(row);
      this.#unfinished.set(window, { revision, rows, firstOffset: offset });
    }
  }

  /** The end of a revision is the end of all lower ones. */
  async #close(closed: WindowClosed): Promise<void> {
    const { table, writer, listener } = this.#options;
    await this.#pass();
    const unfinished = this.#unfinished.get(closed.window);
    if (unfinished && unfinished.revision > closed.revision) return;
    const isItsOwn = unfinished?.revision === closed.revision;
    const rows = isItsOwn ? unfinished.rows : new CollectedRows(table.column);
    // One whose rows were passed over, since it stands, is not looked at again.
    if (isItsOwn || closed.revision > (await this.#standingOf(closed.window)))
      listener.written(await writer.write(table, closed, rows));
    this.#unfinished.delete(closed.window);
    this.#standing.delete(closed.window);
  }

  async #standingOf(window: number): Promise<number> {
    let standing = this.#standing.get(window);
    if (standing === undefined) {
      standing = await this.#options.writer.standing(this.#options.table, window, this.#assignment.partition);
      this.#standing.set(window, standing);
    }
    return standing;
  }

  async #provisional(row: ReceivedRow): Promise<void> {
    const { window, lines } = row;
    if (this.#passing && (this.#passing.window !== window || this.#passing.lines !== lines)) await this.#pass();
    this.#passing ??= { window, lines, rows: new CollectedRows(this.#options.table.column) };
    this.#passing.rows.add(row);
  }

  /** Writes provisional rows: to the online store only. */
  async #pass(): Promise<void> {
    const { table, online, clock, listener } = this.#options;
    const passing = this.#passing;
    if (!passing) return;
    this.#passing = undefined;
    const write: OnlineWrite = {
      table,
      window: passing.window,
      revision: { provisional: passing.lines },
      rows: passing.rows.sorted(),
      writtenAt: clock.now(),
    };
    await online.write([write]);
    listener.provisional(table.feature, passing.rows.size);
  }
}

import type { PartRows } from '@neartime/schemas';
import { type OnlineTable, type OnlineWrite, writeTimeOf } from '../online-store.ts';
import type { SqlValue } from './sqlite.ts';

/** Rows a statement takes: SQLite costs about a third less a row than with one row each. */
const rowsAtOnce = 50;
const valuesOfRow = 4;

/** Rows on their way into one statement: all have the same window, revision and time of writing. */
export class PendingRows {
  readonly table: OnlineTable;
  count = 0;
  readonly #shared: number;
  readonly #bound: SqlValue[];

  constructor(write: OnlineWrite) {
    const shared = sharedValues(write);
    this.table = write.table;
    this.#shared = shared.length;
    this.#bound = [...shared, ...new Array<SqlValue>(rowsAtOnce * valuesOfRow)];
  }

  get isFull(): boolean {
    return this.count === rowsAtOnce;
  }

  add({ rows: { pairs, pair, values } }: OnlineWrite, row: number, id: string): void {
    const { country, brand } = pairs[pair[row]];
    const bound = this.#bound;
    const at = this.#shared + this.count++ * valuesOfRow;
    bound[at] = id;
    bound[at + 1] = country;
    bound[at + 2] = brand;
    bound[at + 3] = values[row];
  }

  /** The values to be bound: the shared ones, then those of each row. They stand until the next row is added. */
  take(): readonly SqlValue[] {
    const bound = this.isFull ? this.#bound : this.#bound.slice(0, this.#shared + this.count * valuesOfRow);
    this.count = 0;
    return bound;
  }
}

/** Where the rows of each write gather, and their ids. */
export function pendingRows(writes: readonly OnlineWrite[]): Map<OnlineWrite, { pending: PendingRows; ids: IdTexts }> {
  const groups = new Map<string, PendingRows>();
  return new Map(
    writes.map((write) => {
      const group = sharedValues(write).join();
      const pending = groups.get(group) ?? new PendingRows(write);
      groups.set(group, pending);
      return [write, { pending, ids: new IdTexts(write.rows) }];
    }),
  );
}

/** The values that all rows of a write share: window, revision, whether it is final, write time, time of writing. */
export function sharedValues({
  window,
  revision,
  writtenAt,
}: Pick<OnlineWrite, 'window' | 'revision' | 'writtenAt'>): SqlValue[] {
  const isFinal = 'final' in revision;
  return [window, isFinal ? revision.final : 0, isFinal ? 1 : 0, writeTimeOf(window, revision), Math.floor(writtenAt)];
}

/** The ids of a part as strings; all bytes are decoded at once, as long as they are ASCII and bytes are characters. */
class IdTexts {
  readonly #offsets: Int32Array;
  readonly #bytes: Buffer;
  readonly #ascii: string | undefined;

  constructor({ ids, offsets, rows }: PartRows) {
    this.#offsets = offsets;
    this.#bytes = Buffer.from(ids.buffer, ids.byteOffset, offsets[rows]);
    const text = this.#bytes.toString('latin1');
    // eslint-disable-next-line no-control-regex
    if (/^[\x00-\x7f]*$/.test(text)) this.#ascii = text;
  }

  text(row: number): string {
    const [start, end] = [this.#offsets[row], this.#offsets[row + 1]];
    return this.#ascii?.slice(start, end) ?? this.#bytes.toString('utf8', start, end);
  }
}

import TinyQueue from 'tinyqueue';
import { type OnlineWrite, writeTimeOf } from '../online-store.ts';

/**
 * The rows of several writes to one table, merged by key: of a key that is in more than one write only the row that stands
 * in the end. A write's rows are in key order, so this is a merge of sorted runs; rows come out in key order. `next` moves to
 * the next row, which is then `write.rows` at `row`.
 */
export class NewestRows {
  write!: OnlineWrite;
  row!: number;
  #start = -1;
  readonly #runs: TinyQueue<Run>;

  constructor(writes: readonly OnlineWrite[]) {
    const runs = writes.map((write, order): Run => {
      const writeTime = writeTimeOf(write.window, write.revision);
      return { write, order, writeTime, row: 0, start: idStart(write, 0) };
    });
    const filled = runs.filter(({ write }) => write.rows.rows > 0);
    this.#runs = new TinyQueue(filled, byKeyNewestFirst);
  }

  next(): boolean {
    for (let run = this.#runs.pop(); run; run = this.#runs.pop()) {
      const { write, row, start } = run;
      if (++run.row < write.rows.rows) {
        run.start = idStart(write, run.row);
        this.#runs.push(run);
      }
      if (start === this.#start && compareKeys(this.write, this.row, write, row) === 0) continue;
      this.write = write;
      this.row = row;
      this.#start = start;
      return true;
    }
    return false;
  }
}

/** A write, and its row that comes next. */
interface Run {
  readonly write: OnlineWrite;
  /** Its place among the writes: where write times are the same the later one stands. */
  readonly order: number;
  readonly writeTime: number;
  row: number;
  /** Of the row's id, as a number in the ids' order: most rows differ there, and numbers are compared fast. */
  start: number;
}

/** The first six bytes, as many as a number holds exactly. */
function idStart({ rows: { ids, offsets } }: OnlineWrite, row: number): number {
  const end = offsets[row + 1];
  let start = 0;
  for (let i = offsets[row], last = i + 6; i < last; i++) start = start * 256 + (i < end ? ids[i] : 0);
  return start;
}

const byKeyNewestFirst = (a: Run, b: Run): number =>
  a.start - b.start || compareKeys(a.write, a.row, b.write, b.row) || b.writeTime - a.writeTime || b.order - a.order;

function compareKeys({ rows: a }: OnlineWrite, rowA: number, { rows: b }: OnlineWrite, rowB: number): number {
  const [startA, startB] = [a.offsets[rowA], b.offsets[rowB]];
  const [lengthA, lengthB] = [a.offsets[rowA + 1] - startA, b.offsets[rowB + 1] - startB];
  const shorter = Math.min(lengthA, lengthB);
  for (let i = 0; i < shorter; i++) {
    const difference = a.ids[startA + i] - b.ids[startB + i];
    if (difference !== 0) return difference;
  }
  if (lengthA !== lengthB) return lengthA - lengthB;
  const [pairA, pairB] = [a.pairs[a.pair[rowA]], b.pairs[b.pair[rowB]]];
  return compareText(pairA.country, pairB.country) || compareText(pairA.brand, pairB.brand);
}

/** By UTF-8 bytes, as rows are sorted; most texts are the same. */
const compareText = (a: string, b: string): number => (a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b)));

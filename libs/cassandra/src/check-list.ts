import type { WindowToCheck } from '@neartime/streams';
import { listBuckets } from './catalogue-tables.ts';
import { markOf, rowsOfBuckets, thisProcess } from './marks.ts';
import type { CassandraSession, Row } from './session.ts';

const windowSeconds = 600;
const bucketOf = (window: number): number => Math.floor(window / windowSeconds) % listBuckets;

const selectMarks = 'SELECT window, not_before, marked_by, WRITETIME(marked) AS seen FROM to_check WHERE bucket = ?';

/** The windows that are to be compared: each as long as somebody's mark is on it (see marks.ts). */
export class CheckList {
  readonly #session: CassandraSession;
  /** The marks that the last listing showed, by window. */
  #seen = new Map<number, Row[]>();

  constructor(session: CassandraSession) {
    this.#session = session;
  }

  async all(): Promise<WindowToCheck[]> {
    const marks = await rowsOfBuckets(this.#session, selectMarks);
    const later = await rowsOfBuckets(this.#session, 'SELECT * FROM put_off WHERE bucket = ?');
    this.#seen = Map.groupBy(marks, windowOf);
    const laterOf = new Map(later.map((row) => [windowOf(row), row]));
    return [...this.#seen]
      .map(([window, seen]) => entryOf(window, seen, laterOf.get(window)))
      .sort((a, b) => a.window - b.window);
  }

  /**
   * Puts windows on the list, each to be compared not before this; one that is there keeps its attempts. To be called when what
   * is to be compared stands: whoever sees the mark then compares all of it.
   */
  async add(windows: Iterable<number>, notBefore: number): Promise<void> {
    await this.#session.writeEach(
      'INSERT INTO to_check (bucket, window, not_before, marked_by, marked) VALUES (?, ?, ?, ?, true)',
      [...new Set(windows)].map((window) => [bucketOf(window), window, notBefore, thisProcess]),
    );
  }

  /** Nothing when somebody has taken it off meanwhile. */
  async putOff({ window, notBefore, attempts, dueAt }: WindowToCheck): Promise<void> {
    if ((await this.#marksOf(window)).length === 0) return;
    await this.#session.write(
      'INSERT INTO put_off (bucket, window, not_before, attempts, due_at) VALUES (?, ?, ?, ?, ?)',
      [bucketOf(window), window, notBefore, attempts, dueAt ?? null],
    );
  }

  /** Takes off what the last listing showed of it, so that what was marked since then is compared too; what was never listed, as it stands. */
  async remove(window: number): Promise<void> {
    const seen = this.#seen.get(window) ?? (await this.#marksOf(window));
    // The marks last: as long as one is left the window is compared again.
    await this.#session.write('DELETE FROM put_off WHERE bucket = ? AND window = ?', [bucketOf(window), window]);
    await this.#session.writeEach(
      'DELETE FROM to_check USING TIMESTAMP ? WHERE bucket = ? AND window = ? AND not_before = ? AND marked_by = ?',
      seen.map((row) => [markOf(row).seen, bucketOf(window), window, row['not_before'], markOf(row).by]),
    );
    this.#seen.delete(window);
  }

  /** What was listed before stands no more. */
  forget(): void {
    this.#seen.clear();
  }

  #marksOf(window: number): Promise<Row[]> {
    return this.#session.all(`${selectMarks} AND window = ?`, [bucketOf(window), window]);
  }
}

const windowOf = (row: Row): number => Number(row['window']);

function entryOf(window: number, marks: readonly Row[], later: Row | undefined): WindowToCheck {
  const notBefore = [...marks, ...(later ? [later] : [])].map((row) => Number(row['not_before']));
  return {
    window,
    notBefore: notBefore.reduce((latest, one) => Math.max(latest, one)),
    attempts: Number(later?.['attempts'] ?? 0),
    dueAt: later?.['due_at'] == null ? undefined : Number(later['due_at']),
  };
}

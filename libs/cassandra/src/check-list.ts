import type { WindowToCheck } from '@neartime/streams';
import { listBuckets } from './catalogue-tables.ts';
import type { CassandraSession } from './session.ts';

const windowSeconds = 600;
const bucketOf = (window: number): number => Math.floor(window / windowSeconds) % listBuckets;

/** The windows that are to be compared. */
export class CheckList {
  readonly #session: CassandraSession;

  constructor(session: CassandraSession) {
    this.#session = session;
  }

  async all(): Promise<WindowToCheck[]> {
    const buckets = Array.from({ length: listBuckets }, (_, bucket) => bucket);
    const rows = await Promise.all(
      buckets.map((bucket) => this.#session.all('SELECT * FROM to_check WHERE bucket = ?', [bucket])),
    );
    const list = rows.flat().map((row) => ({
      window: Number(row['window']),
      notBefore: Number(row['not_before']),
      attempts: Number(row['attempts']),
      dueAt: row['due_at'] === null ? undefined : Number(row['due_at']),
    }));
    return list.sort((a, b) => a.window - b.window);
  }

  /** Puts windows on the list, each to be compared not before this. One that is there keeps its attempts. */
  async add(windows: Iterable<number>, notBefore: number): Promise<void> {
    await Promise.all([...new Set(windows)].map((window) => this.#addOne(window, notBefore)));
  }

  async putOff({ window, notBefore, attempts, dueAt }: WindowToCheck): Promise<void> {
    await this.#session.transact(
      'UPDATE to_check SET not_before = ?, attempts = ?, due_at = ? WHERE bucket = ? AND window = ? IF EXISTS',
      [notBefore, attempts, dueAt ?? null, bucketOf(window), window],
    );
  }

  async remove(window: number): Promise<void> {
    await this.#session.transact('DELETE FROM to_check WHERE bucket = ? AND window = ? IF EXISTS', [
      bucketOf(window),
      window,
    ]);
  }

  async #addOne(window: number, notBefore: number): Promise<void> {
    const bucket = bucketOf(window);
    const insert = 'INSERT INTO to_check (bucket, window, not_before, attempts) VALUES (?, ?, ?, 0) IF NOT EXISTS';
    if (!(await this.#session.transact(insert, [bucket, window, notBefore]))) return;
    const later = 'UPDATE to_check SET not_before = ? WHERE bucket = ? AND window = ? IF not_before < ?';
    await this.#session.transact(later, [notBefore, bucket, window, notBefore]);
  }
}

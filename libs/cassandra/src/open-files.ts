import { listBuckets } from './catalogue-tables.ts';
import { type Mark, markOf, rowsOfBuckets, thisProcess } from './marks.ts';
import type { CassandraSession } from './session.ts';

/** A file that may be read and not done. */
export interface OpenFile {
  readonly path: string;
  readonly marks: readonly Mark[];
}

/** Files that were read and are perhaps not done: all that `markDone` has to look at (see marks.ts). */
export class OpenFiles {
  readonly #session: CassandraSession;

  constructor(session: CassandraSession) {
    this.#session = session;
  }

  async all(): Promise<OpenFile[]> {
    const select = 'SELECT path, marked_by, WRITETIME(marked) AS seen FROM files_not_done WHERE bucket = ?';
    const byPath = Map.groupBy(await rowsOfBuckets(this.#session, select), (row) => row['path'] as string);
    return [...byPath].map(([path, rows]) => ({ path, marks: rows.map(markOf) }));
  }

  async add(path: string): Promise<void> {
    const insert = 'INSERT INTO files_not_done (bucket, path, marked_by, marked) VALUES (?, ?, ?, true)';
    await this.#session.write(insert, [bucketOf(path), path, thisProcess]);
  }

  /** Takes a file off, unless it was marked again since it was listed. */
  async remove({ path, marks }: OpenFile): Promise<void> {
    await this.#session.writeEach(
      'DELETE FROM files_not_done USING TIMESTAMP ? WHERE bucket = ? AND path = ? AND marked_by = ?',
      marks.map(({ by, seen }) => [seen, bucketOf(path), path, by]),
    );
  }
}

function bucketOf(path: string): number {
  let sum = 0;
  for (let i = 0; i < path.length; i++) sum = (Math.imul(sum, 31) + path.charCodeAt(i)) | 0;
  return (sum >>> 0) % listBuckets;
}

import { listBuckets } from './catalogue-tables.ts';
import { type Mark, markOf, rowsOfBuckets, thisProcess } from './marks.ts';
import type { CassandraSession } from './session.ts';

/** A file on a list, as it was seen there. */
export interface ListedPath {
  readonly path: string;
  readonly marks: readonly Mark[];
}

/**
 * A list of files (see marks.ts): `files_not_done`, those that were read and are perhaps not done, and `files_set_aside`, those that
 * are perhaps tried again. Whoever looks for one looks at no others.
 */
export class PathList {
  readonly #session: CassandraSession;

  readonly #table: 'files_not_done' | 'files_set_aside';

  constructor(session: CassandraSession, table: 'files_not_done' | 'files_set_aside') {
    this.#session = session;
    this.#table = table;
  }

  async all(): Promise<ListedPath[]> {
    const select = `SELECT path, marked_by, WRITETIME(marked) AS seen FROM ${this.#table} WHERE bucket = ?`;
    const byPath = Map.groupBy(await rowsOfBuckets(this.#session, select), (row) => row['path'] as string);
    return [...byPath].map(([path, rows]) => ({ path, marks: rows.map(markOf) }));
  }

  async add(path: string): Promise<void> {
    const insert = `INSERT INTO ${this.#table} (bucket, path, marked_by, marked) VALUES (?, ?, ?, true)`;
    await this.#session.write(insert, [bucketOf(path), path, thisProcess]);
  }

  /** Takes a file off, unless it was marked again since it was listed. */
  async remove({ path, marks }: ListedPath): Promise<void> {
    await this.#session.writeEach(
      `DELETE FROM ${this.#table} USING TIMESTAMP ? WHERE bucket = ? AND path = ? AND marked_by = ?`,
      marks.map(({ by, seen }) => [seen, bucketOf(path), path, by]),
    );
  }
}

function bucketOf(path: string): number {
  let sum = 0;
  for (let i = 0; i < path.length; i++) sum = (Math.imul(sum, 31) + path.charCodeAt(i)) | 0;
  return (sum >>> 0) % listBuckets;
}

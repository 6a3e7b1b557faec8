import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { BackfilledStore } from '../../test/expected.ts';
import { neartime } from './cli.ts';
import type { FileCounts } from './stores.ts';

/** What `neartime backfill` makes of the same files, some of which are broken. */
export class Backfilled extends BackfilledStore {
  static async of(reservoir: string, store: string): Promise<Backfilled> {
    const { code, output } = await neartime(['backfill', '--in', reservoir, '--out', store]);
    // 1: some files are in quarantine, as they are to be.
    if (code !== 0 && code !== 1) throw new Error(`the backfill ended with ${code}\n${output}`);
    return new Backfilled(store);
  }

  files(): FileCounts[] {
    using database = new DatabaseSync(join(this.store, 'catalogue.db'), { readOnly: true });
    const sql = 'SELECT path, state, reason, read, events, blank, rejected FROM files';
    const rows = database.prepare(sql).all();
    return rows.map(
      (row) => ({ ...row, rejected: JSON.parse(row['rejected'] as string) as object }) as unknown as FileCounts,
    );
  }
}

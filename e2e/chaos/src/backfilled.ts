import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { BackfilledStore } from '../../test/expected.ts';
import type { FileCounts } from './stores.ts';

const cli = fileURLToPath(new URL('../../../apps/cli/bin/neartime.mjs', import.meta.url));

const run = promisify(execFile);

/** What `neartime backfill` makes of the same files, some of which are broken. */
export class Backfilled extends BackfilledStore {
  static async of(reservoir: string, store: string): Promise<Backfilled> {
    try {
      await run(process.execPath, [cli, 'backfill', '--in', reservoir, '--out', store, '--json'], { maxBuffer: 1e9 });
    } catch (error) {
      // 1: some files are in quarantine, as they are to be.
      if ((error as { code?: unknown }).code !== 1) throw error;
    }
    return new Backfilled(store);
  }

  files(): FileCounts[] {
    using database = new DatabaseSync(join(this.store, 'catalogue.db'), { readOnly: true });
    const sql = 'SELECT path, state, reason, read, events, blank, rejected FROM files';
    return database
      .prepare(sql)
      .all()
      .map((row) => ({ ...row, rejected: JSON.parse(row['rejected'] as string) as object }) as unknown as FileCounts);
  }
}

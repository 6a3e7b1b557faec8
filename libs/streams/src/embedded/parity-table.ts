import type { ParityResult } from '../catalogue.ts';
import type { Sqlite } from './sqlite.ts';

/** Windows whose parity is to be checked, and what came of it. */
export class ParityTable {
  readonly #sqlite: Sqlite;

  constructor(sqlite: Sqlite) {
    this.#sqlite = sqlite;
  }

  due(feature: string): number[] {
    const sql = 'SELECT window FROM parity_due WHERE feature = ? ORDER BY window';
    return this.#sqlite.all<{ window: number }>(sql, feature).map(({ window }) => window);
  }

  ask(feature: string, windows: readonly number[]): void {
    this.#sqlite.transaction(() => {
      for (const window of windows)
        this.#sqlite.run('INSERT INTO parity_due VALUES (?, ?) ON CONFLICT DO NOTHING', feature, window);
    });
  }

  record({ feature, window, revision, outcome, detail, checkedAt }: ParityResult): void {
    this.#sqlite.transaction(() => {
      const values = [feature, window, revision, outcome, detail, checkedAt];
      this.#sqlite.run('INSERT OR REPLACE INTO parity VALUES (?, ?, ?, ?, ?, ?)', ...values);
      this.#sqlite.run('DELETE FROM parity_due WHERE feature = ? AND window = ?', feature, window);
    });
  }

  results(feature?: string): ParityResult[] {
    const columns = 'feature, window, revision, outcome, detail, checked_at AS checkedAt';
    const [where, values] = feature === undefined ? ['', []] : ['WHERE feature = ?', [feature]];
    return this.#sqlite.all(`SELECT ${columns} FROM parity ${where} ORDER BY feature, window`, ...values);
  }
}

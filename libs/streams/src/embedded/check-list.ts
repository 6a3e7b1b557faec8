import type { Differing, ReprocessRequest, WindowToCheck } from '../catalogue.ts';
import type { Sqlite } from './sqlite.ts';

interface FeatureWindow {
  readonly feature: string;
  readonly window: number;
}

const windowOf = ({ window }: { readonly window: number }): number => window;

/** The windows that are to be compared, with what is known of them by feature. */
export class CheckList {
  readonly #sqlite: Sqlite;

  constructor(sqlite: Sqlite) {
    this.#sqlite = sqlite;
  }

  all(): WindowToCheck[] {
    const listed = this.#sqlite.all<{ window: number; notBefore: number }>(
      'SELECT window, not_before AS notBefore FROM windows_to_check ORDER BY window',
    );
    const differing = this.#sqlite.all<Differing & FeatureWindow>(
      'SELECT window, feature, attempts, due_at AS dueAt FROM differing',
    );
    const asked = this.#sqlite.all<ReprocessRequest>('SELECT window, feature, above FROM asked');
    const [differingOf, askedOf] = [Map.groupBy(differing, windowOf), Map.groupBy(asked, windowOf)];
    return listed.map(({ window, notBefore }) => ({
      ...{ window, notBefore },
      differing: new Map(
        differingOf.get(window)?.map(({ feature, attempts, dueAt }) => [feature, { attempts, dueAt }]),
      ),
      asked: new Map(askedOf.get(window)?.map(({ feature, above }) => [feature, above])),
    }));
  }

  /** Nothing for a window that is not on the list. */
  putOff(window: number, feature: string, { attempts, dueAt }: Differing): void {
    const sql = `INSERT OR REPLACE INTO differing SELECT window, ?, ?, ? FROM windows_to_check WHERE window = ?`;
    this.#sqlite.unflushed(() => this.#sqlite.run(sql, feature, attempts, dueAt, window));
  }

  remove(window: number): void {
    this.#sqlite.unflushed(() =>
      this.#sqlite.transaction(() => {
        for (const table of ['windows_to_check', 'differing', 'asked'])
          this.#sqlite.run(`DELETE FROM ${table} WHERE window = ?`, window);
      }),
    );
  }

  ask(requests: readonly ReprocessRequest[]): void {
    this.#sqlite.transaction(() => {
      for (const { feature, window, above } of requests) {
        this.#sqlite.run('INSERT OR REPLACE INTO asked VALUES (?, ?, ?)', window, feature, above);
        this.add(window, 0);
      }
    });
  }

  /** Part of a transaction of the caller: one that is there is compared not before the later of the two times. */
  add(window: number, notBefore: number): void {
    this.#sqlite.run(
      'INSERT INTO windows_to_check VALUES (?, ?) ON CONFLICT DO UPDATE SET not_before = max(not_before, excluded.not_before)',
      ...[window, notBefore],
    );
  }
}

import type { ParityResult } from '@neartime/streams';
import { markOf, thisProcess } from './marks.ts';
import { putRow } from './put-row.ts';
import type { CassandraSession, Row } from './session.ts';

/** Windows whose parity is to be checked, and what came of it. */
export class ParityTable {
  readonly #session: CassandraSession;

  constructor(session: CassandraSession) {
    this.#session = session;
  }

  async due(feature: string): Promise<number[]> {
    const rows = await this.#session.all('SELECT window FROM parity_due WHERE feature = ?', [feature]);
    return [...new Set(rows.map((row) => Number(row['window'])))];
  }

  async ask(feature: string, windows: readonly number[]): Promise<void> {
    await this.#session.writeEach(
      'INSERT INTO parity_due (feature, window, marked_by, marked) VALUES (?, ?, ?, true)',
      windows.map((window) => [feature, window, thisProcess]),
    );
  }

  async record({ feature, window, revision, outcome, detail, checkedAt }: ParityResult): Promise<void> {
    const result = { revision, outcome, detail, checked_at: checkedAt };
    await putRow(this.#session, 'parity', { feature, window }, result);
    const marks = await this.#session.all(
      'SELECT marked_by, WRITETIME(marked) AS seen FROM parity_due WHERE feature = ? AND window = ?',
      [feature, window],
    );
    await this.#session.writeEach(
      'DELETE FROM parity_due USING TIMESTAMP ? WHERE feature = ? AND window = ? AND marked_by = ?',
      marks.map(markOf).map(({ by, seen }) => [seen, feature, window, by]),
    );
  }

  async results(feature?: string): Promise<ParityResult[]> {
    const rows =
      feature === undefined
        ? await this.#session.all('SELECT * FROM parity')
        : await this.#session.all('SELECT * FROM parity WHERE feature = ?', [feature]);
    return rows
      .map(resultOf)
      .sort((a, b) => (a.feature === b.feature ? a.window - b.window : a.feature < b.feature ? -1 : 1));
  }
}

const resultOf = (row: Row): ParityResult => ({
  feature: row['feature'] as string,
  window: Number(row['window']),
  revision: Number(row['revision']),
  outcome: row['outcome'] as ParityResult['outcome'],
  detail: row['detail'] as string,
  checkedAt: Number(row['checked_at']),
});

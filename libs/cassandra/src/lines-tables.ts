import type { Entity, LineSum, RejectedRun, WindowLines } from '@neartime/schemas';
import type { CassandraSession, Row } from './session.ts';

const day = 86_400;
const dayOf = (window: number): number => Math.floor(window / day) * day;

/** What files sent to windows, from both sides, and the lines that were rejected. */
export class LinesTables {
  readonly #session: CassandraSession;

  constructor(session: CassandraSession) {
    this.#session = session;
  }

  async ofFile(path: string): Promise<WindowLines[]> {
    const rows = await this.#session.all('SELECT * FROM lines_by_file WHERE path = ?', [path]);
    return rows.map(cellOf).sort((a, b) => order(a) - order(b) || a.window - b.window || a.partition - b.partition);
  }

  /**
   * Adds the lines of a file, and gives those that stand and are not of it any more. On the file's side first: whatever the window's
   * side holds of a file is named by the file's, so that the same call, after a crash in between, finds it.
   */
  async add(path: string, lines: readonly WindowLines[]): Promise<WindowLines[]> {
    const standing = await this.ofFile(path);
    const kept = new Set(lines.map(nameOf));
    const values = (cell: WindowLines) => [...keyOf(path, cell), cell.lines.lines, cell.lines.high, cell.lines.low];
    await this.#session.writeEach(insertInto('lines_by_file'), lines.map(values));
    await this.#touch(lines);
    await this.#session.writeEach(insertInto('lines_by_window'), lines.map(values));
    return standing.filter((cell) => !kept.has(nameOf(cell)));
  }

  /** Removes lines of a file from their windows; the file's side names them until they are forgotten. */
  async remove(path: string, lines: readonly WindowLines[]): Promise<void> {
    await this.#session.writeEach(
      deleteFrom('lines_by_window'),
      lines.map((cell) => keyOf(path, cell)),
    );
  }

  async forget(path: string, lines: readonly WindowLines[]): Promise<void> {
    await this.#session.writeEach(
      deleteFrom('lines_by_file'),
      lines.map((cell) => keyOf(path, cell)),
    );
  }

  async sentTo(entity: Entity, window: number): Promise<LineSum[]> {
    const sums: LineSum[] = [];
    const cql = 'SELECT partition, lines, high, low FROM lines_by_window WHERE entity = ? AND window = ?';
    for await (const row of this.#session.rows(cql, [entity, window])) {
      const partition = Number(row['partition']);
      const sum = sums[partition] ?? { lines: 0, high: 0, low: 0 };
      sums[partition] = {
        lines: sum.lines + Number(row['lines']),
        high: (sum.high + Number(row['high'])) | 0,
        low: (sum.low + Number(row['low'])) | 0,
      };
    }
    return sums;
  }

  async filesOf(entity: Entity, window: number): Promise<string[]> {
    const cql = 'SELECT path FROM lines_by_window WHERE entity = ? AND window = ?';
    const rows = await this.#session.all(cql, [entity, window]);
    return [...new Set(rows.map(({ path }) => path as string))];
  }

  /** Starts of the windows in [from, to) that some file touched, in order. */
  async touched(entity: Entity, from: number, to: number): Promise<number[]> {
    const days = await this.#session.all('SELECT day FROM touched_days WHERE entity = ?', [entity]);
    const windows: number[] = [];
    for (const { day: start } of days) {
      if (Number(start) + day <= from || Number(start) >= to) continue;
      const rows = await this.#session.all('SELECT window FROM touched_windows WHERE entity = ? AND day = ?', [
        entity,
        start,
      ]);
      windows.push(...rows.map(({ window }) => Number(window)).filter((window) => window >= from && window < to));
    }
    return windows.sort((a, b) => a - b);
  }

  async rejectedOf(): Promise<(RejectedRun & { path: string })[]> {
    const rows = await this.#session.all('SELECT * FROM rejected');
    const runs = rows.map((row) => ({
      ...{ path: row['path'] as string, reason: row['reason'] as RejectedRun['reason'] },
      ...{
        firstLine: Number(row['first_line']),
        lastLine: Number(row['last_line']),
        excerpt: row['excerpt'] as string,
      },
    }));
    return runs.sort((a, b) => (a.path === b.path ? a.firstLine - b.firstLine : a.path < b.path ? -1 : 1));
  }

  async replaceRejected(path: string, runs: readonly RejectedRun[]): Promise<void> {
    const standing = await this.#session.all('SELECT first_line FROM rejected WHERE path = ?', [path]);
    const kept = new Set(runs.map(({ firstLine }) => firstLine));
    const gone = standing.map((row) => Number(row['first_line'])).filter((line) => !kept.has(line));
    const insert = 'INSERT INTO rejected (path, first_line, last_line, reason, excerpt) VALUES (?, ?, ?, ?, ?)';
    await this.#session.writeEach(
      insert,
      runs.map((run) => [path, run.firstLine, run.lastLine, run.reason, run.excerpt]),
    );
    await this.#session.writeEach(
      'DELETE FROM rejected WHERE path = ? AND first_line = ?',
      gone.map((line) => [path, line]),
    );
  }

  async #touch(lines: readonly WindowLines[]): Promise<void> {
    const windows = new Map(lines.map(({ entity, window }) => [`${entity} ${window}`, { entity, window }]));
    const days = new Map(lines.map(({ entity, window }) => [`${entity} ${dayOf(window)}`, [entity, dayOf(window)]]));
    await this.#session.writeEach('INSERT INTO touched_days (entity, day) VALUES (?, ?)', days.values());
    const insert = 'INSERT INTO touched_windows (entity, day, window) VALUES (?, ?, ?)';
    await this.#session.writeEach(
      insert,
      [...windows.values()].map(({ entity, window }) => [entity, dayOf(window), window]),
    );
  }
}

const insertInto = (table: string): string =>
  `INSERT INTO ${table} (path, entity, window, partition, lines, high, low) VALUES (?, ?, ?, ?, ?, ?, ?)`;
const deleteFrom = (table: string): string =>
  `DELETE FROM ${table} WHERE path = ? AND entity = ? AND window = ? AND partition = ?`;

const keyOf = (path: string, { entity, window, partition }: WindowLines) => [path, entity, window, partition];
const nameOf = ({ entity, window, partition }: WindowLines): string => `${entity} ${window} ${partition}`;
const order = ({ entity }: WindowLines): number => (entity === 'device' ? 0 : 1);

const cellOf = (row: Row): WindowLines => ({
  entity: row['entity'] as Entity,
  window: Number(row['window']),
  partition: Number(row['partition']),
  lines: { lines: Number(row['lines']), high: Number(row['high']), low: Number(row['low']) },
});

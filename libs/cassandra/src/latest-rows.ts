import type { RowKey } from '@neartime/schemas';
import { type OnlineTable, type OnlineWrite, type Withdrawal, writeTimeOf } from '@neartime/streams';
import { quoted } from './cassandra-online-rows.ts';
import { concurrently } from './concurrently.ts';
import { columnNames, windowsTable } from './online-tables.ts';
import type { CassandraSession, Row } from './session.ts';

/** The latest row of a key as it stands. */
interface Standing {
  /** Epoch seconds; -Infinity for a row that stands for none. */
  readonly window: number;
  readonly revision: number;
  readonly isFinal: boolean;
  /** In µs. */
  readonly writeTime: number;
}

const rowsAtOnce = 1000;

/**
 * Revisions in the table of latest rows. An older window may have taken the place of one that lost the key, and then has its write
 * time or a later one; so a revision looks at what stands, and is written above what it is to replace. A key that no window has any
 * more keeps a row without a value for as long as the rows of windows are kept: a deletion could not be seen, and would hide
 * what comes later of an older window.
 */
export class LatestRows {
  readonly #session: CassandraSession;
  readonly #keptSeconds: number;

  constructor(session: CassandraSession, { windowsTtl }: { readonly windowsTtl: number }) {
    this.#session = session;
    this.#keptSeconds = windowsTtl;
  }

  /** Writes the rows of a revision, which stand among the rows of windows by now unless it was overtaken; `values` are theirs in the order of the columns, their value and their write time last. */
  async revise({ table, window, revision }: OnlineWrite, values: Iterable<readonly unknown[]>): Promise<void> {
    const number = 'final' in revision ? revision.final : 0;
    for (const some of inPieces(values, rowsAtOnce)) {
      const timed = await concurrently(some, async (row) => {
        const [id, country, brand] = row as [string, string, string];
        const key = { id, country, brand };
        // Whoever slept may come with a key that a later revision has taken away, or written anew: the rows of windows tell.
        if ((await this.#revisionOf(table, key, window)) !== number) return [];
        const standing = await this.#standing(table, key);
        const time = timeAbove(standing, { window, number });
        return time === undefined ? [] : [[...row.slice(0, -1), time]];
      });
      await this.#session.writeEach(insert(table), timed.flat(), 'local');
    }
  }

  async withdraw({ table, window, revision, keys }: Withdrawal): Promise<void> {
    const at = new Date(window * 1000);
    await this.#session.writeEach(
      `DELETE FROM ${quoted(windowsTable(table.feature))} USING TIMESTAMP ? WHERE id = ? AND window = ? AND country = ? AND brand = ?`,
      keys.map(({ id, country, brand }) => [writeTimeOf(window, { final: revision }), id, at, country, brand]),
      'local',
    );
    await concurrently(keys, (key) => this.#replace(table, key, { window, revision }));
  }

  async #replace(
    table: OnlineTable,
    key: RowKey,
    { window, revision }: Pick<Withdrawal, 'window' | 'revision'>,
  ): Promise<void> {
    const standing = await this.#standing(table, key);
    if (standing?.window !== window || (standing.isFinal && standing.revision >= revision)) return;
    const time = Math.max(writeTimeOf(window, { final: revision }), standing.writeTime + 1);
    const older = await this.#newestBefore(table, key, window);
    const row = [key.id, key.country, key.brand];
    if (older) {
      const { window: its, revision: number, final, written_at: written } = older;
      await this.#session.write(
        insert(table),
        [...row, its, number, final, written, older[table.column], time],
        'local',
      );
    } else {
      const none = [...row, new Date(window * 1000), revision, true, new Date(0), null, time];
      await this.#session.write(`${insert(table)} AND TTL ${this.#keptSeconds}`, none, 'local');
    }
  }

  async #standing({ feature, column }: OnlineTable, { id, country, brand }: RowKey): Promise<Standing | undefined> {
    const select = `SELECT window, revision, final, ${quoted(column)} AS value, WRITETIME(final) AS time
      FROM ${quoted(feature)} WHERE id = ? AND country = ? AND brand = ?`;
    const row = await this.#session.one(select, [id, country, brand], 'local');
    if (!row || row['final'] === null) return undefined;
    return {
      window: row['value'] === null ? -Infinity : secondsOf(row['window']),
      revision: Number(row['revision']),
      isFinal: row['final'] as boolean,
      writeTime: Number(row['time']),
    };
  }

  /** Of its row in a window; `undefined` where there is none. */
  async #revisionOf(
    { feature }: OnlineTable,
    { id, country, brand }: RowKey,
    window: number,
  ): Promise<number | undefined> {
    const select = `SELECT revision FROM ${quoted(windowsTable(feature))} WHERE id = ? AND window = ? AND country = ? AND brand = ?`;
    const row = await this.#session.one(select, [id, new Date(window * 1000), country, brand], 'local');
    return row ? Number(row['revision']) : undefined;
  }

  /** Its row in the newest window before one. */
  async #newestBefore(table: OnlineTable, { id, country, brand }: RowKey, window: number): Promise<Row | undefined> {
    const select = `SELECT * FROM ${quoted(windowsTable(table.feature))} WHERE id = ? AND window < ?`;
    for await (const row of this.#session.rows(select, [id, new Date(window * 1000)], 'local'))
      if (row['country'] === country && row['brand'] === brand && row[table.column] !== null) return row;
    return undefined;
  }
}

const secondsOf = (time: unknown): number => (time as Date).getTime() / 1000;

const insert = ({ feature, column }: OnlineTable): string =>
  `INSERT INTO ${quoted(feature)} (${columnNames}, ${quoted(column)}) VALUES (?, ?, ?, ?, ?, ?, ?, ?) USING TIMESTAMP ?`;

/** The write time of a revised row; `undefined` when a newer window stands, or a higher revision of its own. */
function timeAbove(
  standing: Standing | undefined,
  { window, number }: { readonly window: number; readonly number: number },
): number | undefined {
  const own = writeTimeOf(window, { final: number });
  if (!standing) return own;
  if (standing.window > window) return undefined;
  const isItself = standing.window === window && standing.isFinal;
  if (isItself && standing.revision > number) return undefined;
  // Written again it lands on itself.
  if (isItself && standing.revision === number) return standing.writeTime;
  return Math.max(own, standing.writeTime + 1);
}

function* inPieces<T>(all: Iterable<T>, size: number): Iterable<T[]> {
  let piece: T[] = [];
  for (const one of all) {
    piece.push(one);
    if (piece.length < size) continue;
    yield piece;
    piece = [];
  }
  if (piece.length > 0) yield piece;
}

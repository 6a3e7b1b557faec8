import type { WindowPart, WindowState } from '@neartime/streams';
import { concurrently } from './concurrently.ts';
import type { CassandraSession, Row } from './session.ts';

const columns = 'revision, rows, checksum, lines, high, low, etag, state, closed_at, written_at';
const columnNames = columns.split(', ');

/** What was written of windows. A revision is never replaced by a lower one. */
export class PartsTable {
  readonly #session: CassandraSession;

  constructor(session: CassandraSession) {
    this.#session = session;
  }

  async find({ feature, window }: { readonly feature?: string; readonly window?: number }): Promise<WindowPart[]> {
    const rows =
      feature !== undefined && window !== undefined
        ? await this.#session.all('SELECT * FROM window_parts WHERE feature = ? AND window = ?', [feature, window])
        : await this.#session.all('SELECT * FROM window_parts');
    return rows
      .map(partOf)
      .filter((part) => (feature ?? part.feature) === part.feature && (window ?? part.window) === part.window)
      .sort(inOrder);
  }

  async record(parts: readonly WindowPart[]): Promise<void> {
    await concurrently(parts, (part) => this.#recordOne(part));
    // Each at its window's own time, so that the cluster keeps the newest, whoever writes when.
    await this.#session.writeEach(
      'UPDATE closed_up_to USING TIMESTAMP ? SET window = ? WHERE feature = ? AND partition = ?',
      parts
        .filter(({ revision }) => revision === 0)
        .map(({ feature, window, partition }) => [window * 1e6, window, feature, partition]),
    );
  }

  /** By partition. */
  async closedUpTo(feature: string): Promise<(number | undefined)[]> {
    const closed: (number | undefined)[] = [];
    const select = 'SELECT partition, window FROM closed_up_to WHERE feature = ?';
    for (const row of await this.#session.all(select, [feature]))
      closed[Number(row['partition'])] = Number(row['window']);
    return closed;
  }

  async #recordOne(part: WindowPart): Promise<void> {
    const { feature, window, partition } = part;
    const values = valuesOf(part);
    const insert = `INSERT INTO window_parts (feature, window, partition, ${columns}) VALUES (?, ?, ?${', ?'.repeat(columnNames.length)}) IF NOT EXISTS`;
    if (!(await this.#session.transact(insert, [feature, window, partition, ...values]))) return;
    const set = columnNames.map((column) => `${column} = ?`).join(', ');
    const update = `UPDATE window_parts SET ${set} WHERE feature = ? AND window = ? AND partition = ? IF revision <= ?`;
    await this.#session.transact(update, [...values, feature, window, partition, part.revision]);
  }
}

const valuesOf = ({ revision, rows, checksum, lines, etag, state, closedAt, writtenAt }: WindowPart): unknown[] => [
  ...[revision, rows, checksum, lines.lines, lines.high, lines.low],
  ...[etag ?? null, state, closedAt, writtenAt],
];

const partOf = (row: Row): WindowPart => ({
  feature: row['feature'] as string,
  window: Number(row['window']),
  partition: Number(row['partition']),
  revision: Number(row['revision']),
  rows: Number(row['rows']),
  checksum: row['checksum'] as string,
  lines: { lines: Number(row['lines']), high: Number(row['high']), low: Number(row['low']) },
  etag: (row['etag'] as string | null) ?? undefined,
  state: row['state'] as WindowState,
  closedAt: Number(row['closed_at']),
  writtenAt: Number(row['written_at']),
});

const inOrder = (a: WindowPart, b: WindowPart): number =>
  (a.feature < b.feature ? -1 : Number(a.feature > b.feature)) || a.window - b.window || a.partition - b.partition;

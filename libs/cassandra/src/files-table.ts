import type {
  CataloguedFile,
  FileIdentity,
  FileOutcome,
  FileSeen,
  FileState,
  QuarantineReason,
} from '@neartime/streams';
import { StoreError } from '@neartime/streams';
import type { CassandraSession, Row } from './session.ts';

/** What changes in a file's row. */
type Change = Readonly<Record<string, unknown>>;

const mostTries = 20;

/** The rows of files. Each is changed from the state that was read; whoever finds another state there looks again. */
export class FilesTable {
  readonly #session: CassandraSession;

  constructor(session: CassandraSession) {
    this.#session = session;
  }

  async find(path: string): Promise<CataloguedFile | undefined> {
    const row = await this.#session.one('SELECT * FROM files WHERE path = ?', [path], 'serial');
    return row && fileOf(row);
  }

  async all(): Promise<CataloguedFile[]> {
    const files = (await this.#session.all('SELECT * FROM files')).map(fileOf);
    return files.sort(byTimeThenPath);
  }

  /** Makes the row of a file that is not known yet. */
  async begin({ path, source, fileTime, size, version }: FileSeen): Promise<void> {
    await this.#session.transact(
      `INSERT INTO files (path, source, file_time, size, version, state, read, events, blank, rejected)
       VALUES (?, ?, ?, ?, ?, 'reading', 0, 0, 0, {}) IF NOT EXISTS`,
      [path, source, fileTime, size, version],
    );
  }

  async identify({ path, version, size }: FileSeen, { fileId, contentHash }: FileIdentity): Promise<void> {
    await this.#change(path, () => ({ file_id: fileId, content_hash: contentHash, version, size }));
  }

  async recordRead(file: FileSeen, outcome: FileOutcome): Promise<void> {
    const { version, size } = file;
    await this.#change(file.path, ({ state }) => ({
      ...{ state: state === 'done' ? 'done' : 'read', reason: null, detail: null, version, size },
      ...countsOf(outcome),
    }));
  }

  async recordCounts(path: string, outcome: FileOutcome): Promise<void> {
    await this.#change(path, () => countsOf(outcome));
  }

  async quarantine({ path, version, size }: FileSeen, reason: QuarantineReason, detail: string): Promise<void> {
    await this.#change(path, () => ({ state: 'quarantined', reason, detail, version, size }));
  }

  async renewVersion(path: string, version: string): Promise<void> {
    await this.#change(path, ({ state, contentHash }) =>
      contentHash === undefined
        ? undefined
        : { version, state: state === 'quarantined' ? 'read' : state, reason: null, detail: null },
    );
  }

  /** Marks a read file done; false when it is none any more. */
  async done(path: string): Promise<boolean> {
    const against = await this.#session.transact(`UPDATE files SET state = 'done' WHERE path = ? IF state = 'read'`, [
      path,
    ]);
    return against === undefined;
  }

  /** Changes a row from the state in which it was read; does nothing where there is no row, or nothing to change. */
  async #change(path: string, change: (standing: CataloguedFile) => Change | undefined): Promise<void> {
    for (let tries = 0; tries < mostTries; tries++) {
      const standing = await this.find(path);
      const changes = standing && change(standing);
      if (!changes) return;
      const set = Object.keys(changes).map((column) => `${column} = ?`);
      const cql = `UPDATE files SET ${set.join(', ')} WHERE path = ? IF state = ? AND version = ?`;
      const against = await this.#session.transact(cql, [
        ...Object.values(changes),
        path,
        standing.state,
        standing.version,
      ]);
      if (!against) return;
    }
    throw new StoreError(`cassandra: the row of ${path} is changed by others again and again`, { retriable: true });
  }
}

const countsOf = ({ contentHash, fileId, read, events, blank, rejected }: FileOutcome): Change => ({
  ...{ content_hash: contentHash, file_id: fileId, read, events, blank },
  rejected: { ...rejected },
});

const numberOf = (value: unknown): number => Number(value ?? 0);
const textOf = <T extends string>(value: unknown): T | undefined => (value as T | null) ?? undefined;

const fileOf = (row: Row): CataloguedFile => ({
  path: row['path'] as string,
  source: row['source'] as string,
  fileTime: row['file_time'] === null ? undefined : Number(row['file_time']),
  size: numberOf(row['size']),
  version: row['version'] as string,
  state: row['state'] as FileState,
  reason: textOf<QuarantineReason>(row['reason']),
  detail: textOf(row['detail']),
  contentHash: textOf(row['content_hash']),
  fileId: textOf(row['file_id']),
  read: numberOf(row['read']),
  events: numberOf(row['events']),
  blank: numberOf(row['blank']),
  rejected: Object.fromEntries(
    Object.entries((row['rejected'] as object | null) ?? {}).map(([why, lines]) => [why, Number(lines)]),
  ),
});

const byTimeThenPath = (a: CataloguedFile, b: CataloguedFile): number =>
  (a.fileTime ?? -Infinity) - (b.fileTime ?? -Infinity) || (a.path < b.path ? -1 : 1);

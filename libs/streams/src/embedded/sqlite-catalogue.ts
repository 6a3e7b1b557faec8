import { type Entity, type LineSum, type WindowLines, setAsideReasons } from '@neartime/schemas';
import type {
  Catalogue,
  CataloguedFile,
  Differing,
  FileOutcome,
  FileIdentity,
  FileSeen,
  ParityResult,
  QuarantineReason,
  RegisteredFeature,
  RejectedRun,
  ReprocessRequest,
  SourceProgress,
  Task,
  WindowPart,
  WindowToCheck,
} from '../catalogue.ts';
import {
  filesOfUnwritten,
  filesOfWindows,
  markDone,
  partsQuery,
  type PartFilter,
  touchedWindows,
} from './catalogue-queries.ts';
import { schema } from './catalogue-schema.ts';
import { type FileRow, type PartRow, fileOf, partOf } from './catalogue-rows.ts';
import { CheckList } from './check-list.ts';
import { ParityTable } from './parity-table.ts';
import { Sqlite } from './sqlite.ts';

/** A revision is not replaced by a lower one. */
const recordPart = `INSERT INTO window_parts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
  revision = excluded.revision, rows = excluded.rows, checksum = excluded.checksum, lines = excluded.lines, high = excluded.high,
  low = excluded.low, etag = excluded.etag, state = excluded.state, closed_at = excluded.closed_at, written_at = excluded.written_at
  WHERE excluded.revision >= revision`;

/** What files said, and what was found by it. */
const forgottenTables = [
  ...['files', 'file_lines', 'rejected', 'tasks', 'sources', 'source_partitions'],
  ...['windows_to_check', 'differing', 'asked', 'parity_due', 'parity'],
];

/** What may have completed files since they were looked at last, for these features. */
interface Recorded {
  readonly features: string;
  readonly files: Set<number>;
  readonly windows: Set<number>;
}

/** The catalogue in one SQLite file. What is only found out again after a power failure does not wait for the disk. */
export class SqliteCatalogue implements Catalogue, Disposable {
  readonly #sqlite: Sqlite;
  readonly #checks: CheckList;
  readonly #parity: ParityTable;
  /** `undefined` as long as every file may be complete. */
  #recorded: Recorded | undefined;

  constructor(path: string, options: { readOnly: boolean } = { readOnly: false }) {
    this.#sqlite = new Sqlite(path, { ...options, schema, synchronous: 'FULL' });
    this.#checks = new CheckList(this.#sqlite);
    this.#parity = new ParityTable(this.#sqlite);
  }

  async setting(key: string): Promise<string | undefined> {
    return this.#sqlite.get<{ value: string }>('SELECT value FROM settings WHERE key = ?', key)?.value;
  }

  async setSetting(key: string, value: string): Promise<void> {
    this.#sqlite.run('INSERT INTO settings VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value', key, value);
  }

  async settleSetting(key: string, value: string): Promise<string> {
    this.#sqlite.run('INSERT INTO settings VALUES (?, ?) ON CONFLICT DO NOTHING', key, value);
    return (await this.setting(key))!;
  }

  async settings(prefix: string): Promise<ReadonlyMap<string, string>> {
    const sql = 'SELECT key, value FROM settings WHERE key >= ?1 AND substr(key, 1, length(?1)) = ?1';
    const rows = this.#sqlite.all<{ key: string; value: string }>(sql, prefix);
    return new Map(rows.map(({ key, value }) => [key.slice(prefix.length), value]));
  }

  async files(): Promise<CataloguedFile[]> {
    return this.#sqlite.all<FileRow>('SELECT * FROM files ORDER BY file_time, path').map(fileOf);
  }

  async file(path: string): Promise<CataloguedFile | undefined> {
    const row = this.#sqlite.get<FileRow>('SELECT * FROM files WHERE path = ?', path);
    return row && fileOf(row);
  }

  async beginReading(file: FileSeen, sent?: FileIdentity): Promise<void> {
    this.#sqlite.unflushed(() => this.#sqlite.transaction(() => this.#fileNumber(file)));
    if (!sent) return;
    this.#sqlite.run(
      'UPDATE files SET file_id = ?, content_hash = ?, version = ?, size = ? WHERE path = ?',
      ...[sent.fileId, sent.contentHash, file.version, file.size, file.path],
    );
  }

  async recordRead(file: FileSeen, outcome: FileOutcome, task: Task): Promise<void> {
    this.#sqlite.transaction(() => {
      const number = this.#fileNumber(file);
      this.#sqlite.run(
        `UPDATE files SET state = CASE state WHEN 'done' THEN 'done' ELSE 'read' END, reason = NULL, detail = NULL,
         version = ?, size = ? WHERE number = ?`,
        ...[file.version, file.size, number],
      );
      this.#replaceCounts(number, outcome, task.tsToProcess);
      this.#sqlite.run(
        'INSERT INTO tasks VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET data_chunk = excluded.data_chunk, ts_to_process = excluded.ts_to_process',
        ...[task.sourceBucket, task.filePath, task.dataChunk, task.tsToProcess],
      );
    });
  }

  async quarantine(file: FileSeen, reason: QuarantineReason, detail: string): Promise<void> {
    this.#sqlite.transaction(() => {
      const number = this.#fileNumber(file);
      this.#sqlite.run(
        `UPDATE files SET state = 'quarantined', reason = ?, detail = ?, version = ?, size = ? WHERE number = ?`,
        ...[reason, detail, file.version, file.size, number],
      );
    });
  }

  async filesSetAside(): Promise<CataloguedFile[]> {
    const reasons = setAsideReasons.map((reason) => `'${reason}'`).join();
    const sql = `SELECT * FROM files WHERE state = 'quarantined' AND reason IN (${reasons}) ORDER BY path`;
    return this.#sqlite.all<FileRow>(sql).map(fileOf);
  }

  async renewVersion(path: string, version: string): Promise<void> {
    this.#sqlite.transaction(() => {
      const number = this.#sqlite.get<{ number: number }>('SELECT number FROM files WHERE path = ?', path)?.number;
      if (number === undefined) return;
      this.#sqlite.run(
        `UPDATE files SET version = ?, state = CASE state WHEN 'quarantined' THEN 'read' ELSE state END, reason = NULL, detail = NULL
         WHERE number = ? AND content_hash IS NOT NULL`,
        ...[version, number],
      );
      this.#recorded?.files.add(number);
    });
  }

  async markDone(features: readonly RegisteredFeature[]): Promise<number> {
    const asked = JSON.stringify(features);
    const recorded = this.#recorded;
    this.#recorded = undefined;
    const done =
      recorded?.features === asked
        ? this.#sqlite.run(markDone(features, 'listed'), JSON.stringify(this.#completedBy(recorded, features)))
        : this.#sqlite.run(markDone(features, 'all'));
    this.#recorded = { features: asked, files: new Set(), windows: new Set() };
    return done;
  }

  async forgetFiles(): Promise<void> {
    this.#sqlite.transaction(() => {
      for (const table of forgottenTables) this.#sqlite.run(`DELETE FROM ${table}`);
      this.#sqlite.run(`UPDATE window_parts SET state = 'stale'`);
    });
    this.#recorded = undefined;
  }

  async tasks(): Promise<Task[]> {
    return this.#sqlite.all<Task>(
      `SELECT source_bucket AS sourceBucket, file_path AS filePath, data_chunk AS dataChunk, ts_to_process AS tsToProcess
       FROM tasks ORDER BY ts_to_process, file_path`,
    );
  }

  async rejectedRuns(): Promise<(RejectedRun & { readonly path: string })[]> {
    return this.#sqlite.all(
      `SELECT path, r.reason, first_line AS firstLine, last_line AS lastLine, excerpt
       FROM rejected AS r JOIN files ON files.number = r.file ORDER BY file_time, path, first_line`,
    );
  }

  async windowParts(filter: PartFilter = {}): Promise<WindowPart[]> {
    const { sql, values } = partsQuery(filter);
    return this.#sqlite.all<PartRow>(sql, ...values).map(partOf);
  }

  async recordParts(parts: readonly WindowPart[]): Promise<void> {
    this.#sqlite.transaction(() => {
      for (const part of parts) {
        this.#sqlite.run(
          recordPart,
          ...[part.feature, part.window, part.partition, part.revision, part.rows, part.checksum],
          ...[
            part.lines.lines,
            part.lines.high,
            part.lines.low,
            part.etag ?? null,
            part.state,
            part.closedAt,
            part.writtenAt,
          ],
        );
        this.#checks.add(part.window, 0);
        this.#recorded?.windows.add(part.window);
      }
      this.#close(parts.filter(({ revision }) => revision === 0));
    });
  }

  async closedUpTo(feature: string): Promise<(number | undefined)[]> {
    const sql = 'SELECT partition, window FROM closed_up_to WHERE feature = ?';
    const closed: (number | undefined)[] = [];
    for (const { partition, window } of this.#sqlite.all<{ partition: number; window: number }>(sql, feature))
      closed[partition] = window;
    return closed;
  }

  async filesOfUnwritten(features: readonly RegisteredFeature[], from: number, to: number): Promise<string[]> {
    const [first, end] = [Math.max(from, -1e12), Math.min(to, 1e12)];
    const paths = features.flatMap(({ name, entity }) =>
      this.#sqlite.all<{ path: string }>(filesOfUnwritten, entity, name, first, end),
    );
    return [...new Set(paths.map(({ path }) => path))];
  }

  async touchedWindows(entity: Entity, from: number, to: number): Promise<number[]> {
    const [first, end] = [Math.max(from, -1e12), Math.min(to, 1e12)];
    return this.#sqlite.all<{ window: number }>(touchedWindows, entity, first, end).map(({ window }) => window);
  }

  async linesSent(entity: Entity, window: number): Promise<LineSum[]> {
    const sql = 'SELECT partition, lines, high, low FROM file_lines WHERE entity = ? AND window = ?';
    const sums: LineSum[] = [];
    for (const { partition, lines, high, low } of this.#sqlite.all<LineSum & { partition: number }>(
      sql,
      entity,
      window,
    )) {
      const sum = sums[partition] ?? { lines: 0, high: 0, low: 0 };
      sums[partition] = { lines: sum.lines + lines, high: (sum.high + high) | 0, low: (sum.low + low) | 0 };
    }
    return sums;
  }

  async filesOf(entity: Entity, windows: readonly number[]): Promise<string[]> {
    const sql = `SELECT DISTINCT path FROM file_lines JOIN files ON files.number = file
      WHERE entity = ? AND window IN (SELECT value FROM json_each(?)) ORDER BY file_time, path`;
    return this.#sqlite.all<{ path: string }>(sql, entity, JSON.stringify(windows)).map(({ path }) => path);
  }

  async windowsOf(path: string): Promise<number[]> {
    const sql =
      'SELECT DISTINCT window FROM file_lines JOIN files ON files.number = file WHERE path = ? ORDER BY window';
    return this.#sqlite.all<{ window: number }>(sql, path).map(({ window }) => window);
  }

  async linesOf(path: string): Promise<WindowLines[]> {
    const sql = 'SELECT file_lines.* FROM file_lines JOIN files ON files.number = file WHERE path = ?';
    return this.#sqlite
      .all<LineSum & Omit<WindowLines, 'lines'>>(sql, path)
      .map(({ entity, window, partition, lines, high, low }) => ({
        entity,
        window,
        partition,
        lines: { lines, high, low },
      }));
  }

  async replaceCounts(path: string, outcome: FileOutcome): Promise<void> {
    this.#sqlite.transaction(() => {
      const { number } = this.#sqlite.get<{ number: number }>('SELECT number FROM files WHERE path = ?', path)!;
      this.#replaceCounts(number, outcome, 0);
    });
  }

  async toCheck(): Promise<WindowToCheck[]> {
    return this.#checks.all();
  }

  async mark(windows: readonly number[], notBefore: number): Promise<void> {
    this.#sqlite.transaction(() => windows.forEach((window) => this.#checks.add(window, notBefore)));
  }

  async putOff(window: number, feature: string, differing: Differing): Promise<void> {
    this.#checks.putOff(window, feature, differing);
  }

  async settled({ window }: WindowToCheck): Promise<void> {
    this.#checks.remove(window);
  }

  async ask(requests: readonly ReprocessRequest[]): Promise<void> {
    this.#checks.ask(requests);
  }

  async parityDue(feature: string): Promise<number[]> {
    return this.#parity.due(feature);
  }

  async askParity(feature: string, windows: readonly number[]): Promise<void> {
    this.#parity.ask(feature, windows);
  }

  async recordParity(result: ParityResult): Promise<void> {
    this.#parity.record(result);
  }

  async parityResults(feature?: string): Promise<ParityResult[]> {
    return this.#parity.results(feature);
  }

  async sources(): Promise<SourceProgress[]> {
    const rows = this.#sqlite.all<SourceProgress & { partition: number | null }>(
      `SELECT source, complete_up_to AS completeUpTo, said_at AS saidAt, partition
       FROM sources LEFT JOIN source_partitions USING (source) ORDER BY source`,
    );
    return rows.map(({ partition, ...said }) => (partition === null ? said : { ...said, partition }));
  }

  async recordProgress(progress: readonly SourceProgress[]): Promise<void> {
    this.#sqlite.unflushed(() =>
      this.#sqlite.transaction(() => progress.forEach((said) => this.#recordProgress(said))),
    );
  }

  [Symbol.dispose](): void {
    this.#sqlite[Symbol.dispose]();
  }

  #recordProgress({ source, completeUpTo, saidAt, partition }: SourceProgress): void {
    if (partition !== undefined)
      this.#sqlite.run('INSERT OR REPLACE INTO source_partitions VALUES (?, ?)', source, partition);
    this.#sqlite.run(
      `INSERT INTO sources VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET
       complete_up_to = max(complete_up_to, excluded.complete_up_to), said_at = max(said_at, excluded.said_at)`,
      ...[source, completeUpTo, saidAt],
    );
  }

  #fileNumber(file: FileSeen): number {
    const sql = 'SELECT number FROM files WHERE path = ?';
    const known = this.#sqlite.get<{ number: number }>(sql, file.path);
    if (known) return known.number;
    this.#sqlite.run(
      `INSERT INTO files (path, source, file_time, size, version, state) VALUES (?, ?, ?, ?, ?, 'reading')`,
      ...[file.path, file.source, file.fileTime ?? null, file.size, file.version],
    );
    return this.#sqlite.get<{ number: number }>(sql, file.path)!.number;
  }

  /** Files that were recorded, or that touched a window of which a part was. */
  #completedBy({ files, windows }: Recorded, features: readonly RegisteredFeature[]): number[] {
    const starts = JSON.stringify([...windows]);
    const entities = [...new Set(features.map(({ entity }) => entity))];
    const touched = entities.flatMap((entity) => this.#sqlite.all<{ file: number }>(filesOfWindows, entity, starts));
    return [...new Set([...files, ...touched.map(({ file }) => file)])];
  }

  #replaceCounts(number: number, outcome: FileOutcome, notBefore: number): void {
    this.#sqlite.run(
      'UPDATE files SET content_hash = ?, file_id = ?, read = ?, events = ?, blank = ?, rejected = ? WHERE number = ?',
      ...[
        outcome.contentHash,
        outcome.fileId,
        outcome.read,
        outcome.events,
        outcome.blank,
        JSON.stringify(outcome.rejected),
        number,
      ],
    );
    this.#checkTouched(number, notBefore);
    this.#replaceLines(number, outcome.lines);
    this.#checkTouched(number, notBefore);
    this.#replaceRejected(number, outcome.rejectedRuns);
    this.#recorded?.files.add(number);
  }

  #replaceLines(number: number, lines: readonly WindowLines[]): void {
    this.#sqlite.run('DELETE FROM file_lines WHERE file = ?', number);
    for (const { entity, window, partition, lines: sum } of lines) {
      this.#sqlite.run(
        'INSERT INTO file_lines VALUES (?, ?, ?, ?, ?, ?, ?)',
        number,
        entity,
        window,
        partition,
        sum.lines,
        sum.high,
        sum.low,
      );
    }
  }

  #replaceRejected(number: number, runs: readonly RejectedRun[]): void {
    this.#sqlite.run('DELETE FROM rejected WHERE file = ?', number);
    for (const { reason, firstLine, lastLine, excerpt } of runs) {
      this.#sqlite.run('INSERT INTO rejected VALUES (?, ?, ?, ?, ?)', number, reason, firstLine, lastLine, excerpt);
    }
  }

  #close(parts: readonly WindowPart[]): void {
    const newest = new Map<string, WindowPart>();
    for (const part of parts) {
      const name = `${part.feature} ${part.partition}`;
      if (part.window > (newest.get(name)?.window ?? -Infinity)) newest.set(name, part);
    }
    for (const { feature, partition, window } of newest.values())
      this.#sqlite.run(
        'INSERT INTO closed_up_to VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET window = max(window, excluded.window)',
        ...[feature, partition, window],
      );
  }

  /** Puts every window that a file touches on the list to check. */
  #checkTouched(number: number, notBefore: number): void {
    for (const { window } of this.#sqlite.all<{ window: number }>(
      'SELECT DISTINCT window FROM file_lines WHERE file = ?',
      number,
    )) {
      this.#checks.add(window, notBefore);
    }
  }
}

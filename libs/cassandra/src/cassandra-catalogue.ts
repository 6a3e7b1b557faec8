import {
  type Entity,
  type LineSum,
  type QuarantineReason,
  type RejectedRun,
  type WindowLines,
  isSetAside,
} from '@neartime/schemas';
import {
  type Catalogue,
  type CataloguedFile,
  type Differing,
  type FileIdentity,
  type FileOutcome,
  type FileSeen,
  type ParityResult,
  type RegisteredFeature,
  type ReprocessRequest,
  type SourceProgress,
  StoreError,
  type Task,
  type WindowPart,
  type WindowToCheck,
} from '@neartime/streams';
import { catalogueTables } from './catalogue-tables.ts';
import { CheckList } from './check-list.ts';
import { concurrently } from './concurrently.ts';
import { FilesTable } from './files-table.ts';
import { LinesTables } from './lines-tables.ts';
import { ParityTable } from './parity-table.ts';
import { PathList } from './path-list.ts';
import { PartsTable } from './parts-table.ts';
import type { CassandraSession } from './session.ts';

/**
 * The catalogue for many processes at once. A call is not one transaction here: what it writes, it writes in an order after which
 * the same call again, when it was broken off, ends as if it had been the first.
 */
export class CassandraCatalogue implements Catalogue {
  readonly #session: CassandraSession;
  readonly #files: FilesTable;
  readonly #openFiles: PathList;
  readonly #setAside: PathList;
  readonly #lines: LinesTables;
  readonly #parts: PartsTable;
  readonly #checks: CheckList;
  readonly #parity: ParityTable;

  private constructor(session: CassandraSession) {
    this.#session = session;
    this.#files = new FilesTable(session);
    this.#openFiles = new PathList(session, 'files_not_done');
    this.#setAside = new PathList(session, 'files_set_aside');
    this.#lines = new LinesTables(session);
    this.#parts = new PartsTable(session);
    this.#checks = new CheckList(session);
    this.#parity = new ParityTable(session);
  }

  /** Makes the tables that are missing. */
  static async over(session: CassandraSession): Promise<CassandraCatalogue> {
    await session.define(catalogueTables);
    return new CassandraCatalogue(session);
  }

  /** To look at, where its tables are. */
  static async existing(session: CassandraSession): Promise<CassandraCatalogue> {
    const found = await session.one(
      'SELECT table_name FROM system_schema.tables WHERE keyspace_name = ? AND table_name = ?',
      [session.keyspace, 'files'],
    );
    if (found) return new CassandraCatalogue(session);
    throw new StoreError(
      `cassandra: the keyspace ${session.keyspace} holds no catalogue; it is made when the ingestor starts with this keyspace`,
    );
  }

  async setting(key: string): Promise<string | undefined> {
    const row = await this.#session.one('SELECT value FROM settings WHERE key = ?', [key], 'serial');
    return row?.['value'] as string | undefined;
  }

  async setSetting(key: string, value: string): Promise<void> {
    if ((await this.settleSetting(key, value)) === value) return;
    await this.#session.transact('UPDATE settings SET value = ? WHERE key = ? IF EXISTS', [value, key]);
  }

  async settleSetting(key: string, value: string): Promise<string> {
    const standing = await this.#session.transact('INSERT INTO settings (key, value) VALUES (?, ?) IF NOT EXISTS', [
      key,
      value,
    ]);
    return standing ? (standing['value'] as string) : value;
  }

  async settings(prefix: string): Promise<ReadonlyMap<string, string>> {
    const rows = await this.#session.all('SELECT key, value FROM settings');
    const found = rows.map((row): [string, string] => [row['key'] as string, row['value'] as string]);
    return new Map(
      found.flatMap(([key, value]) => (key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [])),
    );
  }

  files(): Promise<CataloguedFile[]> {
    return this.#files.all();
  }

  file(path: string): Promise<CataloguedFile | undefined> {
    return this.#files.find(path);
  }

  async beginReading(file: FileSeen, sent?: FileIdentity): Promise<void> {
    await this.#files.begin(file);
    if (sent) await this.#files.identify(file, sent);
  }

  /** The file's own row last: until then whoever reads the file again records all of it again. */
  async recordRead(file: FileSeen, outcome: FileOutcome, task: Task): Promise<void> {
    await this.#files.begin(file);
    await this.#recordCounts(file.path, outcome, task.tsToProcess);
    await this.#recordTask(task);
    await this.#openFiles.add(file.path);
    await this.#files.recordRead(file, outcome);
  }

  async quarantine(file: FileSeen, reason: QuarantineReason, detail: string): Promise<void> {
    await this.#files.begin(file);
    if (isSetAside(reason)) await this.#setAside.add(file.path);
    await this.#files.quarantine(file, reason, detail);
  }

  async filesSetAside(): Promise<CataloguedFile[]> {
    const found = await concurrently(await this.#setAside.all(), async (listed) => {
      const file = await this.#files.find(listed.path);
      if (file?.state === 'quarantined' && isSetAside(file.reason)) return file;
      // One that is about to be set aside is marked already.
      if (file?.state === 'read' || file?.state === 'done') await this.#setAside.remove(listed);
      return undefined;
    });
    return found.filter((file) => file !== undefined).sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  async renewVersion(path: string, version: string): Promise<void> {
    await this.#openFiles.add(path);
    await this.#files.renewVersion(path, version);
  }

  async markDone(features: readonly RegisteredFeature[]): Promise<number> {
    const isWritten = this.#written(features);
    const marked = await concurrently(await this.#openFiles.all(), async (open) => {
      if (!(await this.#isComplete(open.path, isWritten))) return false;
      const isDone = await this.#files.done(open.path);
      const file = isDone ? undefined : await this.#files.find(open.path);
      // Others stay: one that is being read, or is in quarantine, may become `read` without being marked again.
      if (isDone || file?.state === 'done') await this.#openFiles.remove(open);
      return isDone;
    });
    return marked.filter((isDone) => isDone).length;
  }

  /** Not while others write: tables are emptied one after the other. */
  async forgetFiles(): Promise<void> {
    for (const part of await this.#parts.find({})) await this.#parts.record([{ ...part, state: 'stale' }]);
    const forgotten = [
      'files',
      'files_not_done',
      'files_set_aside',
      'differing',
      'asked',
      'parity_due',
      'parity',
      'lines_by_file',
      'lines_by_window',
      'touched_windows',
      'touched_days',
      'rejected',
    ];
    for (const table of [...forgotten, 'tasks', 'to_check', 'sources'])
      await this.#session.write(`TRUNCATE ${table}`, []);
  }

  async tasks(): Promise<Task[]> {
    const rows = await this.#session.all('SELECT * FROM tasks');
    const seconds = (time: unknown) => (time as Date).getTime() / 1000;
    const tasks = rows.map((row) => ({
      ...{ sourceBucket: row['source_bucket'] as string, filePath: row['file_path'] as string },
      ...{ dataChunk: seconds(row['data_chunk']), tsToProcess: seconds(row['ts_to_process']) },
    }));
    return tasks.sort((a, b) => (a.filePath < b.filePath ? -1 : Number(a.filePath > b.filePath)));
  }

  rejectedRuns(): Promise<(RejectedRun & { readonly path: string })[]> {
    return this.#lines.rejectedOf();
  }

  windowParts(filter: { readonly feature?: string; readonly window?: number } = {}): Promise<WindowPart[]> {
    return this.#parts.find(filter);
  }

  /** On the list when they stand: whoever was broken off before records them again. */
  async recordParts(parts: readonly WindowPart[]): Promise<void> {
    await this.#parts.record(parts);
    await this.#checks.add(parts.map(windowOf), 0);
  }

  closedUpTo(feature: string): Promise<(number | undefined)[]> {
    return this.#parts.closedUpTo(feature);
  }

  async filesOfUnwritten(features: readonly RegisteredFeature[], from: number, to: number): Promise<string[]> {
    const paths = new Set<string>();
    for (const { name, entity } of features)
      for (const window of await this.touchedWindows(entity, from, to))
        if ((await this.#writtenPartitions(name, window)).size === 0)
          for (const path of await this.#lines.filesOf(entity, window)) paths.add(path);
    return [...paths];
  }

  touchedWindows(entity: Entity, from: number, to: number): Promise<number[]> {
    return this.#lines.touched(entity, from, to);
  }

  linesSent(entity: Entity, window: number): Promise<LineSum[]> {
    return this.#lines.sentTo(entity, window);
  }

  async filesOf(entity: Entity, windows: readonly number[]): Promise<string[]> {
    const paths = await concurrently(windows, (window) => this.#lines.filesOf(entity, window));
    return [...new Set(paths.flat())].sort();
  }

  async windowsOf(path: string): Promise<number[]> {
    const windows = (await this.#lines.ofFile(path)).map(({ window }) => window);
    return [...new Set(windows)].sort((a, b) => a - b);
  }

  linesOf(path: string): Promise<WindowLines[]> {
    return this.#lines.ofFile(path);
  }

  async replaceCounts(path: string, outcome: FileOutcome): Promise<void> {
    await this.#recordCounts(path, outcome, 0);
    await this.#files.recordCounts(path, outcome);
  }

  toCheck(): Promise<WindowToCheck[]> {
    return this.#checks.all();
  }

  mark(windows: readonly number[], notBefore: number): Promise<void> {
    return this.#checks.add(windows, notBefore);
  }

  putOff(window: number, feature: string, differing: Differing): Promise<void> {
    return this.#checks.putOff(window, feature, differing);
  }

  settled(check: WindowToCheck): Promise<void> {
    return this.#checks.remove(check);
  }

  ask(requests: readonly ReprocessRequest[]): Promise<void> {
    return this.#checks.ask(requests);
  }

  parityDue(feature: string): Promise<number[]> {
    return this.#parity.due(feature);
  }

  askParity(feature: string, windows: readonly number[]): Promise<void> {
    return this.#parity.ask(feature, windows);
  }

  recordParity(result: ParityResult): Promise<void> {
    return this.#parity.record(result);
  }

  parityResults(feature?: string): Promise<ParityResult[]> {
    return this.#parity.results(feature);
  }

  async sources(): Promise<SourceProgress[]> {
    const rows = await this.#session.all('SELECT * FROM sources');
    const sources = rows.map((row) => ({
      ...{
        source: row['source'] as string,
        completeUpTo: Number(row['complete_up_to']),
        saidAt: Number(row['said_at']),
      },
      ...(row['partition'] !== null && { partition: row['partition'] as number }),
    }));
    return sources.sort((a, b) => (a.source < b.source ? -1 : 1));
  }

  /** Each value is written at its own time, so that the cluster keeps the greatest, whoever writes when. */
  async recordProgress(progress: readonly SourceProgress[]): Promise<void> {
    const at = (column: string) => `UPDATE sources USING TIMESTAMP ? SET ${column} = ? WHERE source = ?`;
    const rows = (value: (said: SourceProgress) => number | undefined, time: (said: SourceProgress) => number) =>
      progress
        .filter((said) => value(said) !== undefined)
        .map((said) => [microseconds(time(said)), value(said), said.source]);
    await this.#session.writeEach(
      at('complete_up_to'),
      rows(
        (said) => said.completeUpTo,
        (said) => said.completeUpTo,
      ),
    );
    await this.#session.writeEach(
      at('said_at'),
      rows(
        (said) => said.saidAt,
        (said) => said.saidAt,
      ),
    );
    await this.#session.writeEach(
      at('partition'),
      rows(
        (said) => said.partition,
        (said) => said.saidAt,
      ),
    );
  }

  /**
   * A window goes on the list when its lines stand, so that it is not compared, and taken off, before. Only then is forgotten
   * which windows the file had touched: until then a second call finds them, and puts them on the list too.
   */
  async #recordCounts(path: string, { lines, rejectedRuns }: FileOutcome, notBefore: number): Promise<void> {
    const gone = await this.#lines.add(path, lines);
    await this.#lines.remove(path, gone);
    await this.#checks.add([...gone, ...lines].map(windowOf), notBefore);
    await this.#lines.forget(path, gone);
    await this.#lines.replaceRejected(path, rejectedRuns);
  }

  async #recordTask({ sourceBucket, filePath, dataChunk, tsToProcess }: Task): Promise<void> {
    await this.#session.write(
      'INSERT INTO tasks (source_bucket, file_path, data_chunk, ts_to_process) VALUES (?, ?, ?, ?)',
      [sourceBucket, filePath, new Date(dataChunk * 1000), new Date(tsToProcess * 1000)],
    );
  }

  /** The newest window first: it is the one that is waited for. */
  async #isComplete(path: string, isWritten: IsWritten): Promise<boolean> {
    const touched = await this.#lines.ofFile(path);
    for (const each of touched.sort((a, b) => b.window - a.window)) if (!(await isWritten(each))) return false;
    return true;
  }

  /** Whether all of the features have written a part; each window is asked for once. */
  #written(features: readonly RegisteredFeature[]): IsWritten {
    const known = new Map<string, Promise<(partition: number) => boolean>>();
    const look = async (entity: Entity, window: number) => {
      const written: Set<number>[] = [];
      for (const { name, since, entity: its } of features)
        if (its === entity && window >= since) written.push(await this.#writtenPartitions(name, window));
      return (partition: number) => written.every((partitions) => partitions.has(partition));
    };
    return async ({ entity, window, partition }) => {
      const key = `${entity} ${window}`;
      const answer = known.get(key) ?? look(entity, window);
      known.set(key, answer);
      return (await answer)(partition);
    };
  }

  async #writtenPartitions(feature: string, window: number): Promise<Set<number>> {
    const parts = await this.#parts.find({ feature, window });
    return new Set(parts.filter(({ state }) => state !== 'stale').map(({ partition }) => partition));
  }
}

type IsWritten = (part: Pick<WindowLines, 'entity' | 'window' | 'partition'>) => Promise<boolean>;

const windowOf = ({ window }: { readonly window: number }): number => window;
const microseconds = (seconds: number): number => Math.round(seconds * 1e6);

import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { errorCode, isSqliteError, openFailure, sqliteFailure, systemFailure } from './failure.ts';
import { flushFile, flushFolder } from './flushed.ts';

export type SqlValue = string | number | bigint | null;

export interface SqliteOptions {
  readonly readOnly: boolean;
  readonly schema: string;
  /** FULL: what is committed is on the disk. NORMAL: a power failure may undo the last commits, never some and not those before them. */
  readonly synchronous: 'NORMAL' | 'FULL';
  /** Pages of the write-ahead log, of 4 KiB, from which on it is folded into the file. */
  readonly checkpointPages?: number;
}

/** A SQLite file: prepared statements by their text, transactions that are whole or not at all, errors with a name. */
export class Sqlite implements Disposable {
  readonly #path: string;
  readonly #synchronous: SqliteOptions['synchronous'];
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #isNameFlushed = false;

  constructor(path: string, { readOnly, schema, synchronous, checkpointPages }: SqliteOptions) {
    this.#path = path;
    this.#synchronous = synchronous;
    let database: DatabaseSync | undefined;
    try {
      database = new DatabaseSync(path, { readOnly, timeout: 5000 });
      if (!readOnly) database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous}`);
      if (checkpointPages !== undefined) database.exec(`PRAGMA wal_autocheckpoint = ${checkpointPages}`);
      database.exec('PRAGMA cache_size = -16000');
      if (!readOnly) database.exec(schema);
      this.#database = database;
    } catch (cause) {
      if (database?.isOpen) database.close();
      throw isSqliteError(cause) ? openFailure(`store: cannot open ${path}`, cause, path, { readOnly }) : cause;
    }
  }

  all<Row>(sql: string, ...values: SqlValue[]): Row[] {
    return this.#guard(() => this.prepared(sql).all(...values) as Row[]);
  }

  /** As `all`, with every whole number as a bigint. */
  allExact<Row>(sql: string, ...values: SqlValue[]): Row[] {
    return this.#guard(() => {
      const statement = this.prepared(sql);
      statement.setReadBigInts(true);
      return statement.all(...values) as Row[];
    });
  }

  get<Row>(sql: string, ...values: SqlValue[]): Row | undefined {
    return this.#guard(() => this.prepared(sql).get(...values) as Row | undefined);
  }

  run(sql: string, ...values: SqlValue[]): number {
    return this.#guard(() => Number(this.prepared(sql).run(...values).changes));
  }

  transaction<T>(work: () => T): T {
    return this.#guard(() => {
      this.#database.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        this.#database.exec('COMMIT');
        return result;
      } catch (error) {
        this.#rollBack();
        throw error;
      }
    });
  }

  /** A transaction that lets other work of the thread in between; whoever uses this file besides has to wait for its end. */
  async longTransaction(work: () => Promise<void>): Promise<void> {
    this.exec('BEGIN IMMEDIATE');
    try {
      await work();
      this.#database.exec('COMMIT');
    } catch (cause) {
      this.#guard(() => this.#rollBack());
      throw this.#named(cause);
    }
  }

  /** Runs what a power failure may undo, since it is found out again; the disk is not waited for. */
  unflushed<T>(work: () => T): T {
    if (this.#synchronous === 'NORMAL') return work();
    this.exec('PRAGMA synchronous = NORMAL');
    try {
      return work();
    } finally {
      this.exec(`PRAGMA synchronous = ${this.#synchronous}`);
    }
  }

  exec(sql: string): void {
    this.#guard(() => this.#database.exec(sql));
  }

  /** The statement of a text. It is kept, so there must be few texts. */
  prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, (statement = this.#database.prepare(sql)));
    return statement;
  }

  /**
   * What was committed before is on the disk when it returns. Commits are in the write-ahead log, or in the file by a
   * checkpoint, which flushes both. The log may be opened and closed beside SQLite: its locks are on the other files.
   */
  async flush(): Promise<void> {
    try {
      await flushFile(`${this.#path}-wal`);
      if (!this.#isNameFlushed) await flushFolder(dirname(this.#path));
      this.#isNameFlushed = true;
    } catch (cause) {
      // Without a log nothing was written.
      if (errorCode(cause) !== 'ENOENT') throw systemFailure(`store: cannot flush ${this.#path}`, cause);
    }
  }

  [Symbol.dispose](): void {
    this.#statements.clear();
    if (this.#database.isOpen) this.#database.close();
  }

  /** A full disk may have rolled back by itself. */
  #rollBack(): void {
    if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
  }

  #named(cause: unknown): unknown {
    return isSqliteError(cause) ? sqliteFailure(`store: cannot read or write ${this.#path}`, cause) : cause;
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (cause) {
      throw this.#named(cause);
    }
  }
}

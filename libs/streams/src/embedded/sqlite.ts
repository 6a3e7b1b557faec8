import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { StoreError } from '../store-error.ts';

export type SqlValue = string | number | bigint | null;

/** A SQLite file: prepared statements by their text, transactions that are whole or not at all, errors with a name. */
export class Sqlite implements Disposable {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(path: string, options: { readOnly: boolean; schema: string }) {
    this.#path = path;
    try {
      this.#database = new DatabaseSync(path, { readOnly: options.readOnly, timeout: 5000 });
      if (!options.readOnly) this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
      this.#database.exec('PRAGMA cache_size = -16000');
      if (!options.readOnly) this.#database.exec(options.schema);
    } catch (cause) {
      throw this.#failure('cannot open', cause);
    }
  }

  all<Row>(sql: string, ...values: SqlValue[]): Row[] {
    return this.#guard(() => this.prepared(sql).all(...values) as Row[]);
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
        // A full disk may have rolled back by itself.
        if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
        throw error;
      }
    });
  }

  exec(sql: string): void {
    this.#guard(() => this.#database.exec(sql));
  }

  prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, (statement = this.#database.prepare(sql)));
    return statement;
  }

  [Symbol.dispose](): void {
    this.#statements.clear();
    if (this.#database.isOpen) this.#database.close();
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (cause) {
      throw cause instanceof StoreError ? cause : this.#failure('failed', cause);
    }
  }

  #failure(what: string, cause: unknown): StoreError {
    return new StoreError(`store: ${this.#path} ${what}: ${(cause as Error).message}`, { cause });
  }
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance, type DuckDBType, type DuckDBValue } from '@duckdb/node-api';
import { parquetReadObjects } from 'hyparquet';

export type Row = Record<string, unknown>;

/** DuckDB over files that a test made; dispose of it at the end. */
export class DuckReader implements AsyncDisposable {
  readonly #folder: string;
  readonly #connection: DuckDBConnection;
  #files = 0;

  private constructor(folder: string, connection: DuckDBConnection) {
    this.#folder = folder;
    this.#connection = connection;
  }

  static async open(): Promise<DuckReader> {
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    return new DuckReader(await mkdtemp(join(tmpdir(), 'parquet-')), await instance.connect());
  }

  /** Runs a query in which `FILE` stands for a file of these bytes. */
  async query(bytes: Uint8Array, sql: string, values: DuckDBValue[] = [], types: DuckDBType[] = []): Promise<Row[]> {
    const path = join(this.#folder, `${this.#files++}.parquet`);
    await writeFile(path, bytes);
    const result = await this.#connection.runAndReadAll(sql.replaceAll('FILE', `'${path}'`), values, types);
    await rm(path);
    return result.getRowObjects();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection.closeSync();
    await rm(this.#folder, { recursive: true });
  }
}

/** The rows of a file as hyparquet reads them. */
export function readByHyparquet(bytes: Uint8Array<ArrayBuffer>): Promise<Row[]> {
  return parquetReadObjects({ file: bytes.slice().buffer });
}

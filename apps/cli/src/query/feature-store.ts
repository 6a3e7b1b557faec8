import { StatementType } from '@duckdb/node-api';
import { Failure } from '../failure.ts';
import { emptyView, hasParts, partsView, schema, type StoredFeature } from './feature-view.ts';
import type { PartitionFilter } from './partition-filter.ts';
import { queryFailure } from './query-failure.ts';
import { type Result, resultOf } from './result.ts';
import { openSandbox, type Sandbox } from './sandbox.ts';
import { readStatement } from './statement.ts';
import { featuresFolder } from './store-folder.ts';

/**
 * The Parquet side of a store, as one view a feature: `features_store.<feature>` with id, country, brand, the feature's
 * value and the partition columns. No statement changes anything on disk or reads a file outside the store.
 */
export async function openFeatureStore(storeDir: string, features: readonly StoredFeature[]): Promise<FeatureStore> {
  const folder = featuresFolder(storeDir);
  const sandbox = await openSandbox(folder);
  await sandbox.connection.run(`CREATE SCHEMA ${schema}`);
  for (const feature of features) await sandbox.connection.run(emptyView(feature));
  return new FeatureStore(folder, features, sandbox);
}

export class FeatureStore implements Disposable {
  readonly #folder: string;
  readonly #features: readonly StoredFeature[];
  readonly #sandbox: Sandbox;

  constructor(folder: string, features: readonly StoredFeature[], sandbox: Sandbox) {
    this.#folder = folder;
    this.#features = features;
    this.#sandbox = sandbox;
  }

  /**
   * Runs one SELECT; rows are computed as they are read, and end when the next one is run. Whatever is wrong with it is
   * a `Failure`, also while reading.
   */
  async query(sql: string): Promise<Result> {
    try {
      const { tables } = await readStatement(this.#sandbox.connection, sql);
      for (const feature of this.#features) if (tables.has(feature.name.toLowerCase())) await this.#showParts(feature);
      return this.#reported(await resultOf(await this.#select(sql)));
    } catch (error) {
      throw queryFailure(error, this.#features);
    }
  }

  /** Which features a statement reads, and for every place where one is read, which of its rows can matter there. */
  async reads(sql: string): Promise<{ feature: StoredFeature; filters: readonly PartitionFilter[] }[]> {
    try {
      const { tables } = await readStatement(this.#sandbox.connection, sql);
      return this.#features
        .map((feature) => ({ feature, filters: tables.get(feature.name.toLowerCase()) ?? [] }))
        .filter(({ filters }) => filters.length > 0);
    } catch (error) {
      throw queryFailure(error, this.#features);
    }
  }

  [Symbol.dispose](): void {
    this.#sandbox[Symbol.dispose]();
  }

  async #showParts(feature: StoredFeature): Promise<void> {
    const view = (await hasParts(feature, this.#folder)) ? partsView(feature, this.#folder) : emptyView(feature);
    await this.#sandbox.connection.run(view);
  }

  async #select(sql: string) {
    const statements = await this.#sandbox.connection.extractStatements(sql);
    // `readStatement` knows both already; what must not write does not rest on one answer.
    if (statements.count !== 1) throw new Failure('query: not one statement');
    const prepared = await statements.prepare(0);
    if (prepared.statementType !== StatementType.SELECT) throw new Failure('query: not a SELECT');
    return prepared;
  }

  #reported({ columns, batches }: Result): Result {
    const features = this.#features;
    async function* reported() {
      try {
        yield* batches;
      } catch (error) {
        throw queryFailure(error, features);
      }
    }
    return { columns, batches: reported() };
  }
}

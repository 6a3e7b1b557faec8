import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Feature } from '@neartime/engines';
import { features } from '@neartime/features';
import { parseRawFileName } from '@neartime/ingest';
import { temporaryFolder, treeHash } from '@neartime/testing';
import { neartime } from './cli.ts';

/** What a backfill has left in a folder. */
export class BackfilledStore {
  readonly store: string;

  constructor(store: string) {
    this.store = store;
  }

  /** The SHA-256 of every object of some features, by name. */
  objects(of: readonly Feature[] = features): Record<string, string> {
    const all = Object.entries(treeHash(join(this.store, 'features_store')));
    const wanted = all.filter(([name]) => of.some((feature) => name.startsWith(`${feature.name}/`)));
    return Object.fromEntries(wanted.map(([name, hash]) => [`features_store/${name}`, hash]));
  }

  /** What is online of a feature. */
  online(feature: Feature): string[] {
    const rows = onlineRows(join(this.store, 'online.db'), feature);
    if (rows.length === 0) throw new Error(`nothing is online of ${feature.name}`);
    return rows;
  }
}

/** A generated reservoir with what a backfill over it gives. */
export class Expected extends BackfilledStore implements Disposable {
  readonly #folder: ReturnType<typeof temporaryFolder>;
  readonly reservoir: string;
  /** Raw files by their paths, in order. */
  readonly files: readonly string[];

  /** `options`: of `neartime generate`. No lines are late. */
  constructor(options: readonly string[]) {
    const folder = temporaryFolder();
    super(join(folder.path, 'store'));
    this.#folder = folder;
    this.reservoir = join(folder.path, 'reservoir');
    neartime('generate', '--out', this.reservoir, '--late', '0', '--dirt', '0.1', ...options);
    neartime('backfill', '--in', this.reservoir, '--out', this.store);
    this.files = Object.keys(treeHash(this.reservoir)).sort();
  }

  place(name: string): string {
    return join(this.#folder.path, name);
  }

  /** The paths of the raw files by source, in a bucket. */
  bySource(bucket: string): Map<string, string[]> {
    return Map.groupBy(this.files, (path) => parseRawFileName(`s3://${bucket}/${path}`)!.source);
  }

  [Symbol.dispose](): void {
    this.#folder.remove();
  }
}

/** Rows as texts, in an order that does not depend on where they come from. */
export const inOrder = (rows: readonly (readonly unknown[])[]): string[] =>
  rows.map((row) => JSON.stringify(row)).sort();

/** What is in an online.db of a feature: id, country, brand, window, value, final. */
export function onlineRows(path: string, { name, engine }: Feature): string[] {
  using database = new DatabaseSync(path, { readOnly: true });
  const sql = `SELECT id, country, brand, window_start AS window, ${engine.output.name} AS value, final FROM ${name}`;
  const rows = database.prepare(sql).all();
  return inOrder(
    rows.map((row) => [row['id'], row['country'], row['brand'], row['window'], row['value'], row['final'] === 1]),
  );
}

import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { features } from '@neartime/features';

/** How many rows two outputs have of a feature, and how many only one of them has. */
export interface Comparison {
  readonly feature: string;
  readonly rows: number;
  readonly otherRows: number;
  readonly onlyInOne: number;
}

/** Compares two outputs as bags of (feature, window, id, country, brand, value). */
export async function compareRows(output: string, other: string): Promise<Comparison[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const comparisons: Comparison[] = [];
  for (const { name, engine } of features) {
    const [one, two] = [output, other].map((folder) => rowsOf(folder, name, engine.output.name));
    const reader = await connection.runAndReadAll(`
      WITH one AS (${one}), two AS (${two})
      SELECT (SELECT count(*) FROM one), (SELECT count(*) FROM two),
        (SELECT count(*) FROM (FROM one EXCEPT ALL FROM two)) + (SELECT count(*) FROM (FROM two EXCEPT ALL FROM one))`);
    const [rows, otherRows, onlyInOne] = reader.getRows()[0]!.map(Number);
    comparisons.push({ feature: name, rows: rows!, otherRows: otherRows!, onlyInOne: onlyInOne! });
  }
  connection.closeSync();
  instance.closeSync();
  return comparisons;
}

function rowsOf(folder: string, feature: string, value: string): string {
  const parts = join(folder.replace(/[[*?]/g, '[$&]'), 'features_store', feature, '*/*/*/*/*/*.parquet').replaceAll(
    "'",
    "''",
  );
  return `SELECT id, country, brand, ${value}, year, month, day, hour, ten_mins
    FROM read_parquet('${parts}', hive_partitioning = true, hive_types_autocast = false)`;
}

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { DemoServers } from './demo-servers.ts';
import { neartime } from './neartime.ts';

/** Asks DuckDB about the Parquet objects of a feature, which are fetched first: DuckDB's own S3 reader must be downloaded. */
export async function queryStore(servers: DemoServers, feature: string, sql: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'neartime-walk-'));
  try {
    for (const name of await servers.list('store', `features_store/${feature}/`)) {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, await servers.object(name));
    }
    return neartime('query', '--store', folder, sql);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

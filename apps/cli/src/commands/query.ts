import { type Format, openFeatureStore, runQuery } from '../query/index.ts';
import { folder, registered } from './options.ts';

export async function queryCommand(sql: string, { store, format }: { store: string; format: Format }): Promise<void> {
  using opened = await openFeatureStore(folder('--store')(store), registered);
  await runQuery(opened, sql, format, process.stdout);
}

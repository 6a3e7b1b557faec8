import { openOnline, onlineTable } from '../embedded/embedded-store.ts';
import { Failure } from '../failure.ts';
import { featureNamed, folder } from './options.ts';
import { age, print, printJson, table, time } from './print.ts';

export async function getCommand(
  name: string,
  id: string,
  { store, json }: { store: string; json?: boolean },
): Promise<void> {
  const feature = featureNamed(name);
  using online = openOnline(folder('--store')(store));
  const rows = await online.get(onlineTable(feature), id);
  if (rows.length === 0 && !json)
    throw new Failure(`${name} has no row of ${feature.entity} ${id}; ids are kept trimmed and in lower case`);
  if (rows.length === 0) process.exitCode = 1;
  const now = Date.now() / 1000;
  const { name: column } = feature.engine.output;
  if (json) {
    return printJson(
      rows.map(({ value, window, writtenAt, ...row }) => ({
        ...row,
        [column]: value,
        window: time(window),
        written_at: time(writtenAt),
      })),
    );
  }
  print(
    table(
      ['id', 'country', 'brand', column, 'window', 'revision', 'state', 'written'],
      rows.map((row) => [
        ...[row.id, row.country, row.brand, String(row.value), time(row.window)],
        ...[String(row.revision), row.final ? 'final' : 'provisional', `${age(now - row.writtenAt)} ago`],
      ]),
    ),
  );
}

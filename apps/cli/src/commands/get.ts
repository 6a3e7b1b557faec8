import type { OnlineRow, OnlineTable } from '@neartime/streams';
import { Failure, UsageError } from '../failure.ts';
import { onlineTable } from '../online-table.ts';
import { openOnline, openOnlineWindows } from '../places/open-place.ts';
import { type RowsPlace, rowsPlace, type StoreFlags } from '../places/place.ts';
import { featureNamed, wholeNumber } from './options.ts';
import { age, print, printJson, table, time } from './print.ts';

export async function getCommand(
  name: string,
  id: string,
  { windows, json, ...flags }: StoreFlags & { windows?: string; json?: boolean },
): Promise<void> {
  const feature = featureNamed(name);
  const place = rowsPlace('get', flags);
  const rows =
    windows === undefined
      ? await latest(place, onlineTable(feature), id)
      : await lastWindows(place, onlineTable(feature), id, wholeNumber('--windows', [1, 100_000])(windows));
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
        written_at: time(Math.floor(writtenAt)),
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

async function latest(place: RowsPlace, from: OnlineTable, id: string): Promise<OnlineRow[]> {
  await using online = await openOnline(place);
  return await online.port.get(from, id);
}

async function lastWindows(place: RowsPlace, from: OnlineTable, id: string, windows: number): Promise<OnlineRow[]> {
  if ('folder' in place)
    throw new UsageError(
      `--windows needs --cassandra: a folder keeps the latest rows of an id; ask neartime query for those of its windows`,
    );
  await using online = await openOnlineWindows(place.cassandra);
  return await online.port.windowsOf(from, id, windows);
}

import { type CassandraTable, tablesOf } from '@neartime/cassandra/online-tables';
import { featureRowSubject, topics } from '@neartime/schemas';
import type { WindowPart } from '@neartime/streams';
import { objectPattern } from '@neartime/streams/object-name';
import { onlineTable } from '../online-table.ts';
import { openCatalogue } from '../places/open-place.ts';
import { type RowsPlace, rowsPlace, type StoreFlags } from '../places/place.ts';
import { described } from './features.ts';
import { featureNamed } from './options.ts';
import { plural, print, printJson, table, time, windowName } from './print.ts';

/** Everything by which a feature is known on the servers; of a store that is named, how far it has come there. */
export async function describeCommand(
  name: string,
  { json, ...flags }: StoreFlags & { json?: boolean },
): Promise<void> {
  const feature = featureNamed(name);
  const isAsked = (flags.store ?? flags.cassandra) !== undefined;
  const place = isAsked ? rowsPlace('describe', flags) : undefined;
  const { consumer_group, topic, offline_table, online_table, ...recipe } = described(feature);
  const there = {
    ...{ topic, consumer_group, rows_topic: topics.feature(name), schema_subject: featureRowSubject(name) },
    ...{ offline_table, objects: objectPattern(name), online_table },
    cassandra_tables: tablesOf(onlineTable(feature)),
  };
  const written = place && (await writtenIn(place, name));
  if (json) return printJson({ ...recipe, ...there, ...(place && { written: written ?? null }) });
  const { cassandra_tables, ...names } = there;
  const lines = {
    ...recipe,
    events: [recipe.events].flat().join(', '),
    input: recipe.input ?? 'none',
    columns: recipe.columns.map((column) => `${column.name} ${column.type}`).join(', '),
    ...names,
    ...Object.fromEntries(cassandra_tables.map((made, i) => [i === 0 ? 'cassandra' : '', tableText(made)])),
    ...(place && { written: written ? writtenText(written) : 'no window yet' }),
  };
  print(
    table(
      ['', ''],
      Object.entries(lines).map(([key, value]) => [key.replaceAll('_', ' '), value]),
    ).trimStart(),
  );
}

interface Written {
  readonly windows: number;
  readonly last: { readonly window: string; readonly revision: number; readonly parts: number; readonly rows: number };
}

/** The windows that a feature has in a store, and the last of them. */
async function writtenIn(place: RowsPlace, feature: string): Promise<Written | undefined> {
  await using catalogue = await openCatalogue(place);
  const windows = Map.groupBy(await catalogue.port.windowParts({ feature }), ({ window }) => window);
  if (windows.size === 0) return undefined;
  const last = [...windows.keys()].reduce((a, b) => Math.max(a, b));
  return { windows: windows.size, last: summary(windows.get(last)!) };
}

const summary = (parts: readonly WindowPart[]) => ({
  window: time(parts[0]!.window),
  revision: parts.reduce((most, { revision }) => Math.max(most, revision), 0),
  parts: parts.filter(({ rows }) => rows > 0).length,
  rows: parts.reduce((sum, { rows }) => sum + rows, 0),
});

function writtenText({ windows, last }: Written): string {
  const { rows, parts, revision, window } = last;
  return `${plural(windows, 'window')}; the last ${windowName(Date.parse(window) / 1000)}, revision ${revision}: ${plural(rows, 'row')} in ${plural(parts, 'part')}`;
}

function tableText({ name, columns, primaryKey }: CassandraTable): string {
  const typed = Object.entries(columns).map(([column, type]) => `${column} ${type}`);
  return `${name} (${typed.join(', ')}, primary key ${primaryKey})`;
}

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { oracleFile, type OracleCounts, type OracleQuarantine } from './oracle-file.ts';
import type { OracleEvent } from './oracle-line.ts';
import { oracleMurmur2 } from './oracle-murmur2.ts';

export interface OracleOptions {
  /** Names of features; all three without it. */
  readonly features?: readonly string[];
  /** Windows that start in [from, to), in epoch seconds. Files are counted whole, whatever the windows. */
  readonly from?: number;
  readonly to?: number;
  readonly partitions?: number;
  /** The clock, in epoch seconds. */
  readonly now?: number;
}

export interface OracleRow {
  readonly id: string;
  readonly country: string;
  readonly brand: string;
  readonly value: number;
}

/** Feature → start of the window (epoch seconds) → partition → rows in key order. What has no rows is not there. */
export type OracleRows = Map<string, Map<number, Map<number, OracleRow[]>>>;

export interface OracleResult {
  /** Raw files by their path below the folder, in the order of the paths. */
  readonly files: Map<string, OracleCounts>;
  readonly quarantined: Map<string, OracleQuarantine>;
  readonly rows: OracleRows;
}

/**
 * What a run over the raw files `folder/in/**` must come to, by brute force: everything at once, in strings and Maps.
 * It shares no code with what it judges, only the limits that both must keep.
 */
export function oracle(folder: string, options: OracleOptions = {}): OracleResult {
  const {
    features = Object.keys(recipes),
    from = -Infinity,
    to = Infinity,
    partitions = 4,
    now = Date.now() / 1000,
  } = options;
  const result: OracleResult = { files: new Map(), quarantined: new Map(), rows: new Map() };
  const groups = new Map<string, { place: Place; row: OracleRow }>();

  for (const path of rawFiles(folder)) {
    const file = oracleFile(join(folder, path), now);
    if ('quarantined' in file) {
      result.quarantined.set(path, file.quarantined);
      continue;
    }
    result.files.set(path, file.counts);
    for (const event of file.events) {
      const window = Math.floor(event.timestamp / 600) * 600;
      if (window < from || window >= to) continue;
      for (const feature of features) {
        const recipe = recipes[feature];
        if (!recipe) throw new Error(`oracle: knows no feature ${feature}`);
        const id = recipe.id(event);
        if (id === undefined || !recipe.eventNames.includes(event.eventName)) continue;
        const { country, brand } = event;
        const key = JSON.stringify([feature, window, id, country, brand]);
        const group = groups.get(key);
        const partition = (oracleMurmur2(Buffer.from(id)) & 0x7fff_ffff) % partitions;
        const value = recipe.fold(group?.row.value, event);
        groups.set(key, { place: { feature, window, partition }, row: { id, country, brand, value } });
      }
    }
  }

  for (const { place, row } of [...groups.values()].sort(byPlaceAndKey)) {
    const { feature, window, partition } = place;
    if (!result.rows.has(feature)) result.rows.set(feature, new Map());
    const windows = result.rows.get(feature)!;
    if (!windows.has(window)) windows.set(window, new Map());
    const parts = windows.get(window)!;
    if (!parts.has(partition)) parts.set(partition, []);
    parts.get(partition)!.push(row);
  }
  return result;
}

interface Place {
  readonly feature: string;
  readonly window: number;
  readonly partition: number;
}

interface Recipe {
  readonly id: (event: OracleEvent) => string | undefined;
  readonly eventNames: readonly string[];
  readonly fold: (value: number | undefined, event: OracleEvent) => number;
}

const latest: Recipe['fold'] = (value, { timestamp }) => (value === undefined || timestamp > value ? timestamp : value);
const count: Recipe['fold'] = (value) => (value === undefined ? 1 : value + 1);

const recipes: { readonly [feature: string]: Recipe } = {
  device_last_browse: {
    id: ({ deviceId }) => deviceId,
    eventNames: ['app_open', 'view_listings', 'view_item', 'search_start', 'chat_inbox', 'on_resume'],
    fold: latest,
  },
  user_last_login: { id: ({ userId }) => userId, eventNames: ['login_sign_in_complete'], fold: latest },
  user_num_posts: { id: ({ userId }) => userId, eventNames: ['post_item_success'], fold: count },
};

const rawFiles = (folder: string): string[] =>
  readdirSync(join(folder, 'in'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.gz'))
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, '/').length))
    .sort();

type Group = { readonly place: Place; readonly row: OracleRow };

function byPlaceAndKey({ place: a, row: x }: Group, { place: b, row: y }: Group): number {
  return (
    byBytes(a.feature, b.feature) ||
    a.window - b.window ||
    a.partition - b.partition ||
    byBytes(x.id, y.id) ||
    byBytes(x.country, y.country) ||
    byBytes(x.brand, y.brand)
  );
}

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

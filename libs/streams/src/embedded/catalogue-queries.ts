import type { RegisteredFeature } from '../catalogue.ts';

/*
 * Queries that must not slow down with the months in a store. SQLite keeps no distinct windows and plans without statistics,
 * so these walk an index by themselves, from one value to the next.
 */

export interface PartFilter {
  readonly feature?: string;
  readonly window?: number;
}

/** Each filter has a text of its own, which finds its rows by the primary key. */
export function partsQuery({ feature, window }: PartFilter): {
  readonly sql: string;
  readonly values: (string | number)[];
} {
  const ordered = 'ORDER BY feature, window, partition';
  if (feature !== undefined && window !== undefined) {
    return { sql: `SELECT * FROM window_parts WHERE feature = ? AND window = ? ${ordered}`, values: [feature, window] };
  }
  if (feature !== undefined)
    return { sql: `SELECT * FROM window_parts WHERE feature = ? ${ordered}`, values: [feature] };
  if (window !== undefined) return { sql: partsOfWindow, values: [window] };
  return { sql: `SELECT * FROM window_parts ${ordered}`, values: [] };
}

const partsOfWindow = `
  WITH RECURSIVE known(name) AS (
    SELECT min(feature) FROM window_parts
    UNION ALL SELECT (SELECT min(feature) FROM window_parts WHERE feature > known.name) FROM known WHERE known.name IS NOT NULL
  )
  SELECT part.* FROM known CROSS JOIN window_parts AS part ON part.feature = known.name AND part.window = ?
  ORDER BY part.feature, part.partition`;

/** The windows in [from, to) that a file touched of the entity ?1; the bounds are ?2 and ?3, or others of these numbers. */
const touched = (from: string, to: string) => `
  WITH RECURSIVE touched(start) AS (
    SELECT min(window) FROM file_lines WHERE entity = ?1 AND window >= ${from} AND window < ${to}
    UNION ALL
    SELECT (SELECT min(window) FROM file_lines WHERE entity = ?1 AND window > touched.start AND window < ${to})
    FROM touched WHERE touched.start IS NOT NULL
  )`;

export const touchedWindows = `${touched('?2', '?3')}
  SELECT start AS window FROM touched WHERE start IS NOT NULL ORDER BY start`;

/** Files that touched a window in [?3, ?4) of the entity ?1 which the feature ?2 has not written. */
export const filesOfUnwritten = `${touched('?3', '?4')}
  SELECT DISTINCT files.path FROM touched
  CROSS JOIN file_lines AS l ON l.entity = ?1 AND l.window = touched.start
  CROSS JOIN files ON files.number = l.file
  WHERE NOT ${isWritten('?2', 'touched.start')}`;

/** The read files whose lines are all in written parts of these features; of those in the JSON list ?, or of all. */
export function markDone(features: readonly RegisteredFeature[], among: 'listed' | 'all'): string {
  const unwritten = features.map(
    ({ name, entity, since }) =>
      `EXISTS (SELECT 1 FROM file_lines AS l WHERE l.file = files.number AND l.entity = '${entity}' AND l.window >= ${Math.max(since, -1e12)}
       AND NOT ${isWritten(`'${name}'`, 'l.window', 'l.partition')})`,
  );
  const listed = among === 'listed' ? 'number IN (SELECT value FROM json_each(?)) AND' : '';
  return `UPDATE files SET state = 'done' WHERE ${listed} state = 'read' AND NOT (${['FALSE', ...unwritten].join(' OR ')})`;
}

/** Files that touched a window of the JSON list ?2, of the entity ?1. */
export const filesOfWindows =
  'SELECT DISTINCT file FROM file_lines WHERE entity = ?1 AND window IN (SELECT value FROM json_each(?2))';

function isWritten(feature: string, window: string, partition = 'p.partition'): string {
  return `EXISTS (SELECT 1 FROM window_parts AS p
    WHERE p.feature = ${feature} AND p.window = ${window} AND p.partition = ${partition} AND p.state <> 'stale')`;
}

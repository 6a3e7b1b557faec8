// The same job as `neartime backfill`, as a person who knows DuckDB would write it: node duckdb.ts IN OUT.
//
// What made it faster, in CPU seconds of 1.8 million events:
// - read_json with named columns (2.4 to read all) rather than lines with json_extract_string (3.0 by read_csv, 3.4 by
//   read_ndjson_objects);
// - to group by the raw text and clean the groups, a fifth to a third of the events, rather than each event (4.2, not
//   5.8);
// - to leave text without white space and capitals as it is (0.4 saved), and above all not to trim every event name
//   with a list of characters (1.9 saved);
// - to join the few windows for the partition columns rather than format each row's time five times (up to 1.2 saved).
// - to write the four sorted files of a window and feature, by a hash of the id, in as many COPYs side by side.
// It writes no online store and counts no lines, which Neartime does besides.
// Another maximum_object_size and more threads than cores changed nothing.
import { globSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

const [input, output] = process.argv.slice(2) as [string, string];

const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** JavaScript's white space: as characters to trim, and as a class of RE2. */
const space =
  '\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff';
const spaceClass = String.raw`[\t-\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}]`;

const browses = `'app_open', 'view_listings', 'view_item', 'search_start', 'chat_inbox', 'on_resume'`;
const named = `${browses}, 'login_sign_in_complete', 'post_item_success'`;

const name = `CASE WHEN event_name IN (${named}) THEN event_name
  WHEN regexp_full_match(event_name, '[!-~]*') THEN NULL
  ELSE trim(event_name, ${literal(space)}) END`;

const clean = (text: string) => `CASE WHEN regexp_full_match(${text}, '[!-@\\[-~]*') THEN ${text}
  ELSE lower(trim(regexp_replace(${text}, '${spaceClass}+', ' ', 'g'))) END AS ${text}`;
const isThere = (text: string) => `strlen(${text}) BETWEEN 1 AND 1024`;

const fileTime = String.raw`epoch(strptime(
  regexp_replace(filename, '^.*/(\d{4})/(\d\d)/(\d\d)/[^/]*-(\d{6})\.gz$', '\1\2\3\4'), '%Y%m%d%H%M%S'))`;

const rawFiles = `read_json([${globSync('in/**/*.gz', { cwd: input })
  .map((path) => literal(join(input, path)))
  .join(', ')}],
  format = 'newline_delimited', compression = 'gzip', ignore_errors = true, filename = true,
  columns = {event_name: 'VARCHAR', "timestamp": 'DOUBLE',
    device_id: 'VARCHAR', user_id: 'VARCHAR', country: 'VARCHAR', brand: 'VARCHAR'})`;

const groupRaw = `CREATE TABLE groups AS
  WITH named AS (
    SELECT ${name} AS name, "timestamp" AS raw_time, device_id, user_id, country, brand, ${fileTime} + 300 AS latest
    FROM ${rawFiles}
  ), events AS (
    SELECT
      CASE name WHEN 'login_sign_in_complete' THEN 1 WHEN 'post_item_success' THEN 2 ELSE 0 END::UTINYINT AS feature,
      if(name IN (${browses}), device_id, user_id) AS id, country, brand,
      CASE WHEN raw_time >= 1e11 THEN floor(raw_time / 1000) ELSE raw_time END::BIGINT AS seconds, latest
    FROM named WHERE name IN (${named}) AND raw_time = floor(raw_time)
  )
  SELECT feature, seconds // 600 * 600 AS window_start, id, country, brand,
    max(seconds) AS last_action, count(*) AS actions
  FROM events WHERE seconds >= 946684800 AND seconds < 4102444800 AND seconds <= latest GROUP BY ALL`;

const cleanGroups = `CREATE TABLE rows AS
  SELECT feature, window_start, id, country, brand, max(last_action) AS last_action, sum(actions)::BIGINT AS actions
  FROM (
    SELECT feature, window_start, ${['id', 'country', 'brand'].map(clean).join(', ')}, last_action, actions FROM groups
  )
  WHERE ${['id', 'country', 'brand'].map(isThere).join(' AND ')} GROUP BY ALL`;

const columns = { year: '%Y', month: '%m', day: '%d', hour: '%H', ten_mins: '%M' };
const formatted = Object.entries(columns).map(
  ([column, format]) => `strftime(make_timestamp(window_start * 1000000), '${format}') AS ${column}`,
);
const nameWindows = `CREATE TABLE windows AS
  SELECT window_start, ${formatted.join(', ')} FROM (SELECT DISTINCT window_start FROM rows)`;

const features = [
  { feature: 'device_last_browse', value: 'last_action AS last_action_timestamp' },
  { feature: 'user_last_login', value: 'last_action AS last_action_timestamp' },
  { feature: 'user_num_posts', value: 'actions AS actions_count' },
];

const copy = (index: number, partition: number) => `COPY (
    SELECT id, country, brand, ${features[index]!.value}, ${Object.keys(columns).join(', ')}
    FROM rows JOIN windows USING (window_start) WHERE feature = ${index} AND hash(id) % 4 = ${partition} ORDER BY window_start, id, country, brand
  ) TO ${literal(join(output, 'features_store', features[index]!.feature))}
  (FORMAT parquet, COMPRESSION snappy, PARTITION_BY (${Object.keys(columns).join(', ')}), FILENAME_PATTERN 'part-0000${partition}-{i}', OVERWRITE_OR_IGNORE)`;

mkdirSync(join(output, 'features_store'), { recursive: true });
const instance = await DuckDBInstance.create(':memory:', { threads: '2', preserve_insertion_order: 'false' });
const connection = await instance.connect();
await connection.run(groupRaw);
await connection.run(cleanGroups);
await connection.run(nameWindows);
// Two threads on one COPY mix the rows of a file. One each keeps them in order, and the three run side by side.
await connection.run('SET threads = 1');
await Promise.all(
  features.flatMap((_, index) =>
    [0, 1, 2, 3].map(async (partition) => (await instance.connect()).run(copy(index, partition))),
  ),
);

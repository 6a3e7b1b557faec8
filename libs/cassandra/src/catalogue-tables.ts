/** Marks that were deleted need not be remembered for long: one that comes back is only looked at once more. */
const soonForgotten = 'WITH gc_grace_seconds = 3600';

/*
 * Tables of the catalogue. Times are epoch seconds where they are numbers; a window is its start. A partition of a table holds one
 * file, or one window, or a sixteenth of a short list: none grows with the months.
 *
 * Rows of settings, files, window_parts, differing and parity are only ever written by light-weight transactions, which decide
 * between writers, whatever their clocks say; all others may be written twice, or by two at once, and end the same.
 */
export const catalogueTables = [
  'CREATE TABLE IF NOT EXISTS settings (key text PRIMARY KEY, value text)',
  `CREATE TABLE IF NOT EXISTS files (
     path text PRIMARY KEY, source text, file_time bigint, size bigint, version text, state text, reason text, detail text,
     content_hash text, file_id text, read bigint, events bigint, blank bigint, rejected map<text, bigint>)`,
  `CREATE TABLE IF NOT EXISTS files_not_done (
     bucket int, path text, marked_by uuid, marked boolean, PRIMARY KEY (bucket, path, marked_by)) ${soonForgotten}`,
  `CREATE TABLE IF NOT EXISTS files_set_aside (
     bucket int, path text, marked_by uuid, marked boolean, PRIMARY KEY (bucket, path, marked_by)) ${soonForgotten}`,
  `CREATE TABLE IF NOT EXISTS lines_by_file (
     path text, entity text, window bigint, partition int, lines bigint, high int, low int,
     PRIMARY KEY (path, entity, window, partition))`,
  `CREATE TABLE IF NOT EXISTS lines_by_window (
     entity text, window bigint, path text, partition int, lines bigint, high int, low int,
     PRIMARY KEY ((entity, window), path, partition))`,
  `CREATE TABLE IF NOT EXISTS touched_windows (
     entity text, day bigint, window bigint, PRIMARY KEY ((entity, day), window))`,
  'CREATE TABLE IF NOT EXISTS touched_days (entity text, day bigint, PRIMARY KEY (entity, day))',
  `CREATE TABLE IF NOT EXISTS rejected (
     path text, first_line bigint, last_line bigint, reason text, excerpt text, PRIMARY KEY (path, first_line))`,
  `CREATE TABLE IF NOT EXISTS tasks (
     source_bucket text, file_path text, data_chunk timestamp, ts_to_process timestamp,
     PRIMARY KEY ((source_bucket, data_chunk), file_path))`,
  `CREATE TABLE IF NOT EXISTS window_parts (
     feature text, window bigint, partition int, revision int, rows bigint, checksum text, lines bigint, high int, low int,
     etag text, state text, closed_at double, written_at double, PRIMARY KEY ((feature, window), partition))`,
  'CREATE TABLE IF NOT EXISTS closed_up_to (feature text, partition int, window bigint, PRIMARY KEY (feature, partition))',
  `CREATE TABLE IF NOT EXISTS to_check (
     bucket int, window bigint, not_before double, marked_by uuid, marked boolean,
     PRIMARY KEY (bucket, window, not_before, marked_by)) ${soonForgotten}`,
  `CREATE TABLE IF NOT EXISTS differing (
     bucket int, window bigint, feature text, attempts int, due_at double, PRIMARY KEY (bucket, window, feature)) ${soonForgotten}`,
  `CREATE TABLE IF NOT EXISTS asked (
     bucket int, window bigint, feature text, marked_by uuid, above int, marked boolean,
     PRIMARY KEY (bucket, window, feature, marked_by)) ${soonForgotten}`,
  `CREATE TABLE IF NOT EXISTS parity_due (
     feature text, window bigint, marked_by uuid, marked boolean, PRIMARY KEY (feature, window, marked_by)) ${soonForgotten}`,
  `CREATE TABLE IF NOT EXISTS parity (
     feature text, window bigint, revision int, outcome text, detail text, checked_at double, PRIMARY KEY (feature, window))`,
  'CREATE TABLE IF NOT EXISTS sources (source text PRIMARY KEY, complete_up_to double, said_at double, partition int)',
] as const;

/** Into so many partitions a list is split. */
export const listBuckets = 16;

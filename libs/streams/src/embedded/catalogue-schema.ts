/** Tables of the embedded catalogue. Times are epoch seconds; a window is its start. */
export const schema = `
  CREATE TABLE IF NOT EXISTS settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS files (
    number INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, source TEXT NOT NULL, file_time INTEGER,
    size INTEGER NOT NULL, version TEXT NOT NULL,
    state TEXT NOT NULL, reason TEXT, detail TEXT, content_hash TEXT, file_id TEXT,
    read INTEGER NOT NULL DEFAULT 0, events INTEGER NOT NULL DEFAULT 0, blank INTEGER NOT NULL DEFAULT 0,
    rejected TEXT NOT NULL DEFAULT '{}'
  );
  CREATE INDEX IF NOT EXISTS files_not_done ON files (number) WHERE state = 'read';
  CREATE TABLE IF NOT EXISTS file_lines (
    file INTEGER NOT NULL, entity TEXT NOT NULL, window INTEGER NOT NULL, partition INTEGER NOT NULL,
    lines INTEGER NOT NULL, high INTEGER NOT NULL, low INTEGER NOT NULL,
    PRIMARY KEY (file, entity, window, partition)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS file_lines_by_window ON file_lines (entity, window);
  CREATE TABLE IF NOT EXISTS rejected (
    file INTEGER NOT NULL, reason TEXT NOT NULL, first_line INTEGER NOT NULL, last_line INTEGER NOT NULL, excerpt TEXT NOT NULL,
    PRIMARY KEY (file, first_line)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS tasks (
    source_bucket TEXT NOT NULL, file_path TEXT PRIMARY KEY, data_chunk INTEGER NOT NULL, ts_to_process INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS window_parts (
    feature TEXT NOT NULL, window INTEGER NOT NULL, partition INTEGER NOT NULL, revision INTEGER NOT NULL,
    rows INTEGER NOT NULL, checksum TEXT NOT NULL, lines INTEGER NOT NULL, high INTEGER NOT NULL, low INTEGER NOT NULL,
    etag TEXT, state TEXT NOT NULL, closed_at REAL NOT NULL, written_at REAL NOT NULL,
    PRIMARY KEY (feature, window, partition)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS closed_up_to (
    feature TEXT NOT NULL, partition INTEGER NOT NULL, window INTEGER NOT NULL, PRIMARY KEY (feature, partition)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS windows_to_check (window INTEGER PRIMARY KEY, not_before REAL NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS differing (
    window INTEGER NOT NULL, feature TEXT NOT NULL, attempts INTEGER NOT NULL, due_at REAL NOT NULL,
    PRIMARY KEY (window, feature)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS asked (
    window INTEGER NOT NULL, feature TEXT NOT NULL, above INTEGER NOT NULL, PRIMARY KEY (window, feature)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS parity_due (feature TEXT NOT NULL, window INTEGER NOT NULL, PRIMARY KEY (feature, window)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS parity (
    feature TEXT NOT NULL, window INTEGER NOT NULL, revision INTEGER NOT NULL, outcome TEXT NOT NULL, detail TEXT NOT NULL,
    checked_at REAL NOT NULL, PRIMARY KEY (feature, window)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS sources (
    source TEXT PRIMARY KEY, complete_up_to REAL NOT NULL, said_at REAL NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS source_partitions (source TEXT PRIMARY KEY, partition INTEGER NOT NULL) WITHOUT ROWID;
`;

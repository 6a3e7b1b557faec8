import type { CataloguedFile, FileState, QuarantineReason, WindowPart, WindowState } from '../catalogue.ts';

export interface FileRow {
  readonly path: string;
  readonly source: string;
  readonly file_time: number | null;
  readonly size: number;
  readonly version: string;
  readonly state: FileState;
  readonly reason: QuarantineReason | null;
  readonly detail: string | null;
  readonly content_hash: string | null;
  readonly file_id: string | null;
  readonly read: number;
  readonly events: number;
  readonly blank: number;
  readonly rejected: string;
}

export const fileOf = (row: FileRow): CataloguedFile => ({
  path: row.path,
  source: row.source,
  fileTime: row.file_time ?? undefined,
  size: row.size,
  version: row.version,
  state: row.state,
  reason: row.reason ?? undefined,
  detail: row.detail ?? undefined,
  contentHash: row.content_hash ?? undefined,
  fileId: row.file_id ?? undefined,
  read: row.read,
  events: row.events,
  blank: row.blank,
  rejected: JSON.parse(row.rejected) as CataloguedFile['rejected'],
});

export interface PartRow {
  readonly feature: string;
  readonly window: number;
  readonly partition: number;
  readonly revision: number;
  readonly rows: number;
  readonly checksum: string;
  readonly lines: number;
  readonly high: number;
  readonly low: number;
  readonly etag: string | null;
  readonly state: WindowState;
  readonly closed_at: number;
  readonly written_at: number;
}

export const partOf = (row: PartRow): WindowPart => ({
  feature: row.feature,
  window: row.window,
  partition: row.partition,
  revision: row.revision,
  rows: row.rows,
  checksum: row.checksum,
  lines: { lines: row.lines, high: row.high, low: row.low },
  etag: row.etag ?? undefined,
  state: row.state,
  closedAt: row.closed_at,
  writtenAt: row.written_at,
});

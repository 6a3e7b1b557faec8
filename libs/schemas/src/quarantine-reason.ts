/** Why a file is in quarantine. */
export type QuarantineReason =
  'not_gzip' | 'truncated' | 'corrupt' | 'no_file_time' | 'ahead' | 'changed' | 'unreadable' | 'missing' | 'forbidden';

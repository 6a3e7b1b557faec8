/** Not by the file's own fault: it could not be had, or was named ahead of the clock. It is tried again by itself. */
export const setAsideReasons = ['missing', 'forbidden', 'ahead'] as const;
export type SetAsideReason = (typeof setAsideReasons)[number];

export const isSetAside = (reason: string | undefined): reason is SetAsideReason =>
  setAsideReasons.some((one) => one === reason);

/** Why a file is in quarantine. */
export type QuarantineReason =
  'not_gzip' | 'truncated' | 'corrupt' | 'no_file_time' | 'changed' | 'unreadable' | SetAsideReason;

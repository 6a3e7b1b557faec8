import type { RejectReason } from './reject-reason.ts';

/** Consecutive rejected lines of one reason, with the beginning of the first of them. */
export interface RejectedRun {
  readonly reason: RejectReason;
  readonly firstLine: number;
  readonly lastLine: number;
  readonly excerpt: string;
}

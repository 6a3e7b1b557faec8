/** What a group leaves with its commit: where reading again ends and closing begins, and which windows are closed. */
export interface ResumePoint {
  readonly resumeAt: number;
  /** Windows that begin before this are closed, epoch seconds. */
  readonly closedBefore: number;
}

export const resumePointText = ({ resumeAt, closedBefore }: ResumePoint): string =>
  JSON.stringify({ resumeAt, closedUpTo: Number.isFinite(closedBefore) ? closedBefore : null });

/** Reads what a commit left; `undefined` when it is none of ours. */
export function parseResumePoint(metadata: string): ResumePoint | undefined {
  try {
    const { resumeAt, closedUpTo } = JSON.parse(metadata) as { resumeAt?: unknown; closedUpTo?: unknown };
    if (!Number.isSafeInteger(resumeAt) || (closedUpTo !== null && !Number.isSafeInteger(closedUpTo))) return undefined;
    return { resumeAt: resumeAt as number, closedBefore: closedUpTo === null ? -Infinity : (closedUpTo as number) };
  } catch {
    return undefined;
  }
}

import { features } from '@neartime/features';
import type { Clock } from '@neartime/streams';
import { type BackfillOptions, type BackfillResult, backfill } from '../src/embedded/backfill.ts';

/** A backfill in this process, with what the command takes when nothing is said. */
export const run = (
  folders: { in: string; out: string },
  options: Partial<BackfillOptions> = {},
  clock?: Clock,
): Promise<BackfillResult> =>
  backfill(
    { features, registered: features, from: -Infinity, to: Infinity, hold: 3600, force: false, ...folders, ...options },
    clock,
  );

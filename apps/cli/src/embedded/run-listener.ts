import type { LineCounts } from '@neartime/ingest';
import type { QuarantineReason } from '@neartime/streams';
import type { WrittenWindow } from './window-writer.ts';

/** Who hears what a run does, for progress and reports. */
export interface RunListener {
  fileRead(path: string, counts: LineCounts): void;
  fileQuarantined(path: string, reason: QuarantineReason): void;
  windowWritten(window: WrittenWindow): void;
}

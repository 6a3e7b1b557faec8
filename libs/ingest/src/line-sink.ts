import type { EventView } from '@neartime/engines';
import type { RejectReason } from '@neartime/schemas';

/** Who takes what the reader finds; called once a line, in line order. */
export interface LineSink {
  /** Takes an event; false when it would touch one window too many. */
  add(event: EventView): boolean;
  /** `line` is the line number; `bytes` its first bytes as they came, valid during the call. */
  rejected(reason: RejectReason, line: number, bytes: Uint8Array): void;
}

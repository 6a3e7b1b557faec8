import { features } from '@neartime/features';
import { type Progress, eventSchema } from '@neartime/schemas';
import { at } from '@neartime/testing';
import fc from 'fast-check';
import { PartitionWindows } from '../src/partition-windows.ts';
import type { ReceivedEvent } from '../src/received-event.ts';

/* A partition's log as tests make it up. */

export const grace = 180;
export const devices = features[0];

export interface LoggedEvent {
  readonly file: number;
  readonly line: number;
  readonly timestamp: number;
  readonly device: string;
}
export interface LoggedProgress {
  readonly source: string;
  readonly upTo: number;
}
export type Logged = LoggedEvent | LoggedProgress;

const start = at('10:00');
const minutes = (count: number) => start + count * 60;

/** The line of a file is always the same event, whoever sends it. */
const eventOf = (file: number, line: number): LoggedEvent => ({
  ...{ file, line },
  timestamp: minutes((file * 7 + line * 13) % 50) + ((file * 31 + line * 17) % 60),
  device: `device ${(file + line * 3) % 5} 😀`,
});

/** Files sent from their first line on, as often as it took, and in between what sources say. */
export const anyLog: fc.Arbitrary<Logged[]> = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.record({ file: fc.nat(4), lines: fc.integer({ min: 1, max: 8 }) }) },
      { weight: 5, arbitrary: fc.record({ source: fc.constantFrom('a', 'b', 'c'), minute: fc.nat(80) }) },
    ),
    { maxLength: 40 },
  )
  .map((steps) =>
    steps.flatMap((step): Logged[] =>
      'file' in step
        ? Array.from({ length: step.lines }, (_, i) => eventOf(step.file, i + 1))
        : [{ source: step.source, upTo: minutes(step.minute) }],
    ),
  );

const received = ({ file, line, timestamp, device }: LoggedEvent): ReceivedEvent => ({
  ...{ event_name: Buffer.from('view_item'), timestamp, device_id: Buffer.from(device), user_id: null },
  ...{ country: Buffer.from('pl'), brand: Buffer.from('olx'), file_id: Buffer.alloc(16, file + 1), line },
});
const progress = ({ source, upTo }: LoggedProgress): Progress => ({ sources: [{ source, complete_up_to: upTo }] });

export const openWindows = (closedBefore = -Infinity, resumeAt = 0): PartitionWindows =>
  new PartitionWindows({
    ...{ schema: eventSchema, entity: 'device', features: [devices], partition: 0, partitions: 1 },
    ...{ grace, closedBefore, resumeAt },
  });

/** Feeds a record in; gives the windows that it closes. */
export function feed(windows: PartitionWindows, logged: Logged, offset: number) {
  if ('source' in logged) return windows.progress(progress(logged), offset)?.windows ?? [];
  windows.event(received(logged), offset);
  return [];
}

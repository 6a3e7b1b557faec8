import { type EventView, fieldIndex } from '@neartime/engines';
import { type EventSchema, type RejectReason, eventSchema } from '@neartime/schemas';
import { at, oracleLine, type OracleEvent } from '@neartime/testing';
import { type LineCounts, LineReader } from '../src/index.ts';

export const fileTime = at('10:10');

/** What came of a line: its event with the fields beyond the usual ones, or why it is none. */
export type Found<Event = OracleEvent> =
  { readonly line: number; readonly event: Event } | { readonly line: number; readonly reason: RejectReason };

export interface Reading<Event = OracleEvent> {
  readonly found: readonly Found<Event>[];
  readonly counts: LineCounts;
}

const strictly = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

const textAt = ({ bytes, starts, ends, at }: EventView, field: number): string | undefined =>
  starts[at + field] === ends[at + field]
    ? undefined
    : strictly.decode(bytes.subarray(starts[at + field], ends[at + field]));

const baseEvent = (view: EventView): OracleEvent => ({
  eventName: textAt(view, fieldIndex.eventName)!,
  timestamp: view.numbers[view.at + fieldIndex.timestamp],
  deviceId: textAt(view, fieldIndex.deviceId),
  userId: textAt(view, fieldIndex.userId),
  country: textAt(view, fieldIndex.country)!,
  brand: textAt(view, fieldIndex.brand)!,
});

/** Lays bytes into the reader's room, as much at once as it takes; what is left of the room holds other bytes. */
export function lay(reader: LineReader, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) {
    const room = reader.room();
    const piece = bytes.subarray(at, at + room.length);
    room.fill(34, 0, piece.length + 64);
    room.set(piece);
    reader.filled(piece.length);
    at += piece.length;
  }
}

/** Reads chunks one after the other. */
export const read = (chunks: Iterable<Uint8Array>): Reading => readWith(eventSchema, chunks, baseEvent);

/** Reads with another schema; `eventOf` says what of the view is looked at. */
export function readWith<Event>(
  schema: EventSchema,
  chunks: Iterable<Uint8Array>,
  eventOf: (view: EventView) => Event,
): Reading<Event> {
  const found: Found<Event>[] = [];
  const sink = {
    add(view: EventView): boolean {
      found.push({ line: view.line, event: eventOf(view) });
      return true;
    },
    rejected(reason: RejectReason, line: number): void {
      found.push({ line, reason });
    },
  };
  const reader = new LineReader({ schema, fileTime, sink });
  for (const chunk of chunks) lay(reader, chunk);
  return { found, counts: reader.end() };
}

export { textAt };

/** What the oracle makes of the same bytes, line by line. */
export function expected(content: Uint8Array): Reading {
  const found: Found[] = [];
  const rejected: Partial<Record<RejectReason, number>> = {};
  let blank = 0;
  const lines = linesOf(Buffer.from(content));
  lines.forEach((bytes, index) => {
    const line = index + 1;
    const event = oracleLine(bytes, fileTime, index === 0);
    if (event === 'blank') blank++;
    else if (typeof event === 'string') {
      rejected[event] = (rejected[event] ?? 0) + 1;
      found.push({ line, reason: event });
    } else found.push({ line, event });
  });
  const events = found.filter((one) => 'event' in one).length;
  return { found, counts: { read: lines.length, events, blank, rejected } };
}

/** The lines of a file: each ends at a newline, the last may lack its own. */
export function linesOf(content: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let start = 0; start < content.length;) {
    const newline = content.indexOf(10, start);
    const end = newline < 0 ? content.length : newline;
    lines.push(content.subarray(start, end));
    start = end + 1;
  }
  return lines;
}

/** One line by itself, with its newline. */
export const readLine = (text: string | Uint8Array): Reading['found'][number] | 'blank' => {
  const content = Buffer.concat([Buffer.from(text as string), Buffer.from('\n')]);
  return read([content]).found[0] ?? 'blank';
};

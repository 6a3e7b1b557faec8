import type { EventView } from '@neartime/engines';
import { fieldIndex } from '@neartime/engines';
import { type EventSchema, type RejectReason, futureToleranceSeconds, maxLineBytes } from '@neartime/schemas';
import { type FieldLayout, fieldLayout } from './field-layout.ts';
import { LineScanner } from './line-scanner.ts';
import type { LineSink } from './line-sink.ts';
import { type LineFields, parseLine } from './parse-line.ts';

const newline = 10;

/** How many lines came to what; `read` = events + blank + the rejected of every reason. */
export interface LineCounts {
  readonly read: number;
  readonly events: number;
  readonly blank: number;
  readonly rejected: Readonly<Partial<Record<RejectReason, number>>>;
}

/**
 * Turns the unpacked bytes of one raw file into events, chunk by chunk: `push` each chunk (its bytes may be overwritten
 * later, nothing of it is kept), then `end`. Memory is one chunk and one line.
 *
 * Every line is tried with the LineScanner first, which walks the bytes where they lie; a line that it will not vouch for is
 * read by `parseLine`. Both give the same.
 */
export class LineReader {
  readonly #layout: FieldLayout;
  readonly #sink: LineSink;
  readonly #latest: number;
  readonly #scanner: LineScanner;
  readonly #view: EventView;
  #scratch = new Uint8Array(4096);
  // The beginning of a line whose end is in a later chunk; it grows up to the longest line.
  #carry = new Uint8Array(64 * 1024);
  #carried = 0;
  #skipping = false;
  #line = 0;
  #events = 0;
  #blank = 0;
  readonly #rejected: Partial<Record<RejectReason, number>> = {};

  /** Events later than `fileTime` (epoch seconds) plus the tolerance are rejected. */
  constructor(options: { schema: EventSchema; fileTime: number; sink: LineSink }) {
    this.#layout = fieldLayout(options.schema);
    this.#sink = options.sink;
    this.#latest = options.fileTime + futureToleranceSeconds;
    const fields = this.#layout.fields.length;
    this.#view = {
      bytes: this.#scratch,
      starts: new Int32Array(fields),
      ends: new Int32Array(fields),
      numbers: new Float64Array(fields),
      line: 0,
    };
    this.#scanner = new LineScanner(this.#layout, this.#view);
  }

  push(chunk: Uint8Array): void {
    // Lines inside a piece are then never too long, so only carried ones are measured.
    for (let at = 0; at < chunk.length; at += maxLineBytes) this.#piece(chunk.subarray(at, at + maxLineBytes));
  }

  end(): LineCounts {
    if (this.#skipping || this.#carried > 0) this.#piece(Uint8Array.of(newline));
    return { read: this.#line, events: this.#events, blank: this.#blank, rejected: this.#rejected };
  }

  #piece(bytes: Uint8Array): void {
    let at = 0;
    if (this.#carried > 0 || this.#skipping) {
      const end = bytes.indexOf(newline);
      if (end < 0) return this.#keep(bytes);
      this.#keep(bytes.subarray(0, end + 1));
      this.#carriedLine();
      at = end + 1;
    }
    const last = bytes.lastIndexOf(newline) + 1;
    while (at < last) at = this.#oneLine(bytes, at);
    if (at < bytes.length) this.#keep(bytes.subarray(at));
  }

  #keep(bytes: Uint8Array): void {
    if (this.#skipping) return;
    const needed = this.#carried + bytes.length;
    if (needed > this.#carry.length) {
      const larger = new Uint8Array(Math.min(Math.max(needed, this.#carry.length * 2), maxLineBytes + 1));
      larger.set(this.#carry.subarray(0, this.#carried));
      this.#carry = larger;
    }
    if (needed > this.#carry.length) {
      // There is room for the longest line and its newline, so whatever does not fit is too long.
      this.#carry.set(bytes.subarray(0, this.#carry.length - this.#carried), this.#carried);
      this.#carried = this.#carry.length;
      this.#skipping = true;
    } else {
      this.#carry.set(bytes, this.#carried);
      this.#carried = needed;
    }
  }

  #carriedLine(): void {
    const carried = this.#carried;
    const tooLong = this.#skipping;
    this.#carried = 0;
    this.#skipping = false;
    if (tooLong) {
      this.#line++;
      this.#reject('line_too_long', this.#carry.subarray(0, carried));
    } else {
      this.#oneLine(this.#carry, 0);
    }
  }

  /** Reads the line at `start`, which a newline ends; returns where the next one begins. */
  #oneLine(bytes: Uint8Array, start: number): number {
    this.#line++;
    if (this.#line === 1 && bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf) start += 3;
    const next = this.#scanner.scan(bytes, start);
    if (next > 0) {
      this.#event(bytes, start, next - 1);
      return next;
    }
    return this.#slowLine(bytes, start);
  }

  #slowLine(bytes: Uint8Array, start: number): number {
    const end = bytes.indexOf(newline, start);
    const line = bytes.subarray(start, end);
    if (line.every((byte) => byte === 32 || byte === 9 || byte === 13)) {
      this.#blank++;
      return end + 1;
    }
    const parsed = parseLine(line, this.#layout.fields);
    if (typeof parsed === 'string') this.#reject(parsed, line);
    else {
      this.#show(parsed);
      this.#event(bytes, start, end);
    }
    return end + 1;
  }

  /** Lays parsed fields out as the view that the sink takes. */
  #show(fields: LineFields): void {
    const view = this.#view;
    const needed = fields.reduce<number>((sum, field) => sum + (field instanceof Uint8Array ? field.length : 0), 0);
    if (needed > this.#scratch.length) this.#scratch = new Uint8Array(needed * 2);
    view.bytes = this.#scratch;
    let at = 0;
    fields.forEach((field, index) => {
      view.starts[index] = at;
      if (field instanceof Uint8Array) {
        this.#scratch.set(field, at);
        at += field.length;
      }
      view.ends[index] = at;
      view.numbers[index] = typeof field === 'number' ? field : NaN;
    });
  }

  /** Examines the fields in the view and hands the event on; its raw line is bytes[start, end). */
  #event(bytes: Uint8Array, start: number, end: number): void {
    const reason = this.#examine();
    if (reason === undefined) this.#events++;
    else this.#reject(reason, bytes.subarray(start, end));
  }

  #examine(): RejectReason | undefined {
    const view = this.#view;
    const { starts, ends } = view;
    const timestamp = view.numbers[fieldIndex.timestamp];
    if (starts[fieldIndex.eventName] === ends[fieldIndex.eventName]) return 'missing_event_name';
    if (timestamp !== timestamp) return 'bad_timestamp';
    if (timestamp > this.#latest) return 'timestamp_in_future';
    if (starts[fieldIndex.country] === ends[fieldIndex.country]) return 'missing_country';
    if (starts[fieldIndex.brand] === ends[fieldIndex.brand]) return 'missing_brand';
    if (starts[fieldIndex.deviceId] === ends[fieldIndex.deviceId] && starts[fieldIndex.userId] === ends[fieldIndex.userId]) {
      return 'no_entity_id';
    }
    view.line = this.#line;
    return this.#sink.add(view) ? undefined : 'too_many_windows';
  }

  #reject(reason: RejectReason, line: Uint8Array): void {
    this.#rejected[reason] = (this.#rejected[reason] ?? 0) + 1;
    this.#sink.rejected(reason, this.#line, line);
  }
}

import type { EventView } from '@neartime/engines';
import { fieldIndex } from '@neartime/engines';
import { type EventSchema, type RejectReason, futureToleranceSeconds, maxLineBytes } from '@neartime/schemas';
import { type Field, fieldsOf } from './field.ts';
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

/** At most so many bytes are laid into the reader at once: what is unpacked stays in a core's cache until it is read. */
const pieceBytes = 256 * 1024;

/** Scanners of files that were read to their end: their memory is not taken anew for every file, however tiny that is. */
const resting = new WeakMap<EventSchema, LineScanner[]>();
/** More than files are read side by side on one thread. */
const mostResting = 64;

/**
 * Turns the unpacked bytes of one raw file into events, piece by piece: lay bytes into `room`, say with `filled` how many,
 * and at last `end`. Memory is one piece and one line.
 *
 * Every line is tried with the LineScanner first, which walks the bytes where they lie; a line that it will not vouch for is
 * read by `parseLine`. Both give the same.
 */
export class LineReader {
  readonly #schema: EventSchema;
  readonly #fields: readonly Field[];
  readonly #sink: LineSink;
  readonly #latest: number;
  readonly #scanner: LineScanner;
  readonly #view: EventView;
  /** The text of a line that `parseLine` read. */
  #parsed = new Uint8Array(4096);
  /** Bytes of a line whose end has not come, at the beginning of the scanner's input. */
  #carried = 0;
  /** Whether the rest of a line is passed over, since it is too long. */
  #skipping = false;
  #line = 0;
  #events = 0;
  #blank = 0;
  readonly #rejected: Partial<Record<RejectReason, number>> = {};

  /** Events later than `fileTime` (epoch seconds) plus the tolerance are rejected. */
  constructor(options: { schema: EventSchema; fileTime: number; sink: LineSink }) {
    this.#schema = options.schema;
    this.#fields = fieldsOf(options.schema);
    this.#sink = options.sink;
    this.#latest = options.fileTime + futureToleranceSeconds;
    this.#scanner = resting.get(options.schema)?.pop() ?? new LineScanner(this.#fields);
    const { memory, starts, ends, numbers } = this.#scanner;
    this.#view = { bytes: memory, starts, ends, numbers, at: 0, line: 0 };
  }

  /** Where the next bytes are to be laid, from its beginning on. */
  room(): Uint8Array<ArrayBuffer> {
    const from = this.#scanner.input + this.#carried;
    return this.#scanner.memory.subarray(from, from + pieceBytes);
  }

  /** So many bytes were laid into `room`: reads the lines that they end. */
  filled(bytes: number): void {
    const { memory, input } = this.#scanner;
    const from = input + this.#carried;
    const end = from + bytes;
    const last = memory.subarray(from, end).lastIndexOf(newline);
    if (last < 0) this.#keep(input, end);
    else {
      this.#readLines(this.#firstLine(from), from + last + 1);
      this.#keep(from + last + 1, end);
    }
  }

  /** The bytes were all; nothing is read any more. */
  end(): LineCounts {
    if (this.#skipping || this.#carried > 0) {
      this.room()[0] = newline;
      this.filled(1);
    }
    const others = resting.get(this.#schema) ?? [];
    if (others.length < mostResting) resting.set(this.#schema, [...others, this.#scanner]);
    return { read: this.#line, events: this.#events, blank: this.#blank, rejected: this.#rejected };
  }

  /** Where reading begins, now that a newline has come at or behind `from`: the line before it may be too long. */
  #firstLine(from: number): number {
    const { memory, input } = this.#scanner;
    if (!this.#skipping && this.#carried === 0) return input;
    const end = memory.indexOf(newline, from);
    if (this.#skipping) this.#skipping = false;
    else if (end - input > maxLineBytes) this.#tooLong(end);
    else return input;
    return end + 1;
  }

  /** Keeps memory[from, end), the beginning of a line, for the bytes that come. */
  #keep(from: number, end: number): void {
    const { memory, input } = this.#scanner;
    if (this.#skipping) return;
    if (end - from > maxLineBytes) {
      this.#tooLong(end);
      this.#skipping = true;
      this.#carried = 0;
    } else {
      memory.copyWithin(input, from, end);
      this.#carried = end - from;
    }
  }

  #tooLong(end: number): void {
    const { memory, input } = this.#scanner;
    this.#line++;
    this.#reject('line_too_long', memory.subarray(input, end));
  }

  /** Reads the lines in memory[at, end), which a newline ends. */
  #readLines(at: number, end: number): void {
    const scanner = this.#scanner;
    if (this.#line === 0) at += byteOrderMark(scanner.memory, at);
    while (at < end) {
      this.#readScanned(scanner.scan(at, end));
      at = scanner.next;
      if (scanner.isRefused) at = this.#parse(at);
    }
  }

  #readScanned(lines: number): void {
    const scanner = this.#scanner;
    const view = this.#view;
    const areUtf8 = scanner.areUtf8(lines);
    view.bytes = scanner.memory;
    for (let line = 0; line < lines; line++) {
      this.#line++;
      view.at = line * this.#fields.length;
      const reason = areUtf8 || scanner.isUtf8(line) ? this.#examine() : 'not_utf8';
      if (reason === undefined) this.#events++;
      else this.#reject(reason, scanner.memory.subarray(scanner.lineStarts[line], scanner.lineStarts[line + 1] - 1));
    }
  }

  /** Reads the line at `start` by the definition; gives where the next one begins. */
  #parse(start: number): number {
    const { memory } = this.#scanner;
    const end = memory.indexOf(newline, start);
    const line = memory.subarray(start, end);
    this.#line++;
    if (line.every((byte) => byte === 32 || byte === 9 || byte === 13)) {
      this.#blank++;
      return end + 1;
    }
    const parsed = parseLine(line, this.#fields);
    const reason = typeof parsed === 'string' ? parsed : this.#examineParsed(parsed);
    if (reason === undefined) this.#events++;
    else this.#reject(reason, line);
    return end + 1;
  }

  /** Lays parsed fields out as the view that the sink takes. */
  #examineParsed(fields: LineFields): RejectReason | undefined {
    const view = this.#view;
    const needed = fields.reduce<number>((sum, field) => sum + (field instanceof Uint8Array ? field.length : 0), 0);
    if (needed > this.#parsed.length) this.#parsed = new Uint8Array(needed * 2);
    view.bytes = this.#parsed;
    view.at = 0;
    let at = 0;
    fields.forEach((field, index) => {
      view.starts[index] = at;
      if (field instanceof Uint8Array) {
        this.#parsed.set(field, at);
        at += field.length;
      }
      view.ends[index] = at;
      view.numbers[index] = typeof field === 'number' ? field : NaN;
    });
    return this.#examine();
  }

  /** Examines the fields in the view and hands the event on, or says why not. */
  #examine(): RejectReason | undefined {
    const view = this.#view;
    const { starts, ends, at } = view;
    const timestamp = view.numbers[at + fieldIndex.timestamp];
    if (starts[at + fieldIndex.eventName] === ends[at + fieldIndex.eventName]) return 'missing_event_name';
    if (timestamp !== timestamp) return 'bad_timestamp';
    if (timestamp > this.#latest) return 'timestamp_in_future';
    if (starts[at + fieldIndex.country] === ends[at + fieldIndex.country]) return 'missing_country';
    if (starts[at + fieldIndex.brand] === ends[at + fieldIndex.brand]) return 'missing_brand';
    const { deviceId, userId } = fieldIndex;
    if (starts[at + deviceId] === ends[at + deviceId] && starts[at + userId] === ends[at + userId])
      return 'no_entity_id';
    view.line = this.#line;
    return this.#sink.add(view) ? undefined : 'too_many_windows';
  }

  #reject(reason: RejectReason, line: Uint8Array): void {
    this.#rejected[reason] = (this.#rejected[reason] ?? 0) + 1;
    this.#sink.rejected(reason, this.#line, line);
  }
}

/** How long the mark is that some programs put before the first line. */
const byteOrderMark = (bytes: Uint8Array, at: number): number =>
  bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf ? 3 : 0;

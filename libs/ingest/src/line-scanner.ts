import { isUtf8 } from 'node:buffer';
import { type FieldKind, earliestTimestamp, maxTextBytes, millisecondsFrom, timestampBound } from '@neartime/schemas';
import type { Field } from './field.ts';
import { lineScannerModule } from './line-scanner-module.ts';

/** What the compiled scanner exports: see libs/ingest/assembly. Places are offsets in its memory. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  begin(fields: number, textBytes: number, earliest: number, bound: number, milliseconds: number): void;
  scan(at: number, end: number): number;
  readonly next: WebAssembly.Global;
  readonly isRefused: WebAssembly.Global;
  readonly foreignSeen: WebAssembly.Global;
}

type Constant =
  | ('maxFields' | 'blockLines' | 'keyRoom' | 'kinds' | 'factors' | 'keys' | 'firstOfLength')
  | ('nextOfLength' | 'lineStarts' | 'starts' | 'ends' | 'numbers' | 'input' | 'memoryEnd');
type Constants = { readonly [name in Constant]: number };

/** The kinds as the scanner asks for them. */
const scanKind = (kind: FieldKind): number =>
  kind === 'text' ? 0 : kind === 'name' ? 1 : kind === 'timestamp' ? 2 : 3;

let compiled: WebAssembly.Module | undefined;

/**
 * Lines in a memory of their own, and what of them is wanted. Whoever has raw bytes lays them into `memory` from `input` on;
 * `scan` then finds the wanted fields of many lines at once, without moving them.
 *
 * It vouches only for what it understood to the last byte, and leaves every other line to `parseLine`, whose answer counts.
 */
export class LineScanner {
  readonly memory: Uint8Array<ArrayBuffer>;
  /** Where lines are laid. */
  readonly input: number;
  /** The fields of the scanned lines, as an event view shows them: those of line i from place i × (number of fields) on. */
  readonly starts: Int32Array<ArrayBuffer>;
  readonly ends: Int32Array<ArrayBuffer>;
  readonly numbers: Float64Array<ArrayBuffer>;
  /** Line i of the scanned ones is memory[lineStarts[i], lineStarts[i + 1]), its newline included. */
  readonly lineStarts: Int32Array<ArrayBuffer>;
  readonly #exports: Exports;

  constructor(fields: readonly Field[]) {
    compiled ??= new WebAssembly.Module(Buffer.from(lineScannerModule, 'base64'));
    const exports = new WebAssembly.Instance(compiled).exports as Exports & { [name in Constant]: WebAssembly.Global };
    const places = new Proxy({} as Constants, { get: (_, name) => exports[name as Constant].value });
    const { buffer } = exports.memory;
    this.#exports = exports;
    // Throws when the module was compiled with less memory than what is laid out in it.
    this.memory = new Uint8Array(buffer, 0, places.memoryEnd);
    this.input = places.input;
    const cells = places.blockLines * fields.length;
    this.starts = new Int32Array(buffer, places.starts, cells);
    this.ends = new Int32Array(buffer, places.ends, cells);
    this.numbers = new Float64Array(buffer, places.numbers, cells);
    this.lineStarts = new Int32Array(buffer, places.lineStarts, places.blockLines + 1);
    describe(fields, buffer, places);
    exports.begin(fields.length, maxTextBytes, earliestTimestamp, timestampBound, millisecondsFrom);
  }

  /** Scans the lines in memory[at, end), which a newline ends; gives how many, from the first on. It may stop before: see `next`. */
  scan(at: number, end: number): number {
    return this.#exports.scan(at, end);
  }

  /** Where the line after the scanned ones begins. */
  get next(): number {
    return this.#exports.next.value;
  }

  /** Whether the scan stopped at a line that the scanner does not vouch for. */
  get isRefused(): boolean {
    return this.#exports.isRefused.value !== 0;
  }

  /** Whether scanned line i is UTF-8 as far as the scanner has not seen to it itself; it must not be taken otherwise. */
  isUtf8(line: number): boolean {
    return isUtf8(this.memory.subarray(this.lineStarts[line], this.lineStarts[line + 1]));
  }

  /** Whether all of the first `lines` scanned lines are UTF-8. */
  areUtf8(lines: number): boolean {
    return (
      this.#exports.foreignSeen.value === 0 || isUtf8(this.memory.subarray(this.lineStarts[0], this.lineStarts[lines]))
    );
  }
}

/** Tells the scanner which fields are wanted. */
function describe(fields: readonly Field[], buffer: ArrayBuffer, places: Constants): void {
  const { maxFields, keyRoom, kinds, factors, keys, firstOfLength, nextOfLength } = places;
  if (fields.length > maxFields)
    throw new RangeError(`event schema: has more than ${maxFields} fields: ${fields.length}`);
  const bytes = new Uint8Array(buffer);
  const ofLength = new Int16Array(buffer, firstOfLength, keyRoom).fill(-1);
  const next = new Int16Array(buffer, nextOfLength, fields.length);
  fields.forEach(({ name, kind, scale }, field) => {
    const key = new TextEncoder().encode(name);
    if (key.length >= keyRoom)
      throw new RangeError(`event schema: the name of field ${name} is longer than ${keyRoom - 1} bytes`);
    bytes[kinds + field] = scanKind(kind);
    new Float64Array(buffer, factors, maxFields)[field] = 10 ** scale;
    bytes.set(key, keys + field * keyRoom);
    next[field] = ofLength[key.length];
    ofLength[key.length] = field;
  });
}

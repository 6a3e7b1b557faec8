import type { LineSum } from '@neartime/schemas';
import { oracleMurmur2 } from '@neartime/testing';
import fc from 'fast-check';
import {
  type FoldedEvents,
  EventFold,
  OpenWindow,
  addLineSums,
  buffersOf,
  lineHashHigh,
  lineHashLow,
  noLines,
  packPart,
  seedLineSum,
  sortRows,
} from '../../src/index.ts';
import { type SampleEvent, anyFile, definitions, features, schema, showing } from './sample-events.ts';

export interface Row {
  readonly id: string;
  readonly country: string;
  readonly brand: string;
  readonly value: number | bigint;
}
/** "feature window partition" → rows in order; "entity window partition" → lines. */
interface Outcome {
  readonly rows: ReadonlyMap<string, readonly Row[]>;
  readonly lines: ReadonlyMap<string, LineSum>;
}

export const windowOf = (timestamp: number): number => Math.floor(timestamp / 600) * 600;
const partitionOf = (id: string, partitions: number): number =>
  (oracleMurmur2(Buffer.from(id)) & 0x7fff_ffff) % partitions;
const compare = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
export const fileIdOf = (file: number): string => `${file}7f3a9c5e1b2d4f6`.slice(0, 16).padEnd(32, '0');
export const sortedMap = <T>(entries: Iterable<readonly [string, T]>): Map<string, T> =>
  new Map([...entries].sort(([a], [b]) => compare(a, b)));

/** Everything at once, in Maps of strings. */
export function bruteForce(files: readonly (readonly SampleEvent[])[], partitions: number): Outcome {
  const groups = new Map<string, { place: string; row: Omit<Row, 'value'>; feature: string; events: SampleEvent[] }>();
  const lines = new Map<string, LineSum>();
  files.forEach((events, file) => {
    for (const event of events) {
      const window = windowOf(event.timestamp);
      for (const entity of ['device', 'user'] as const) {
        const id = event[entity];
        if (id === undefined) continue;
        const cell = `${entity} ${window} ${partitionOf(id, partitions)}`;
        const sum = { lines: 1, high: lineHashHigh(event.line), low: lineHashLow(event.line) };
        lines.set(cell, addLineSums(lines.get(cell) ?? noLines, seedLineSum(sum, fileIdOf(file))));
      }
      for (const [feature, { entity, names, value }] of Object.entries(definitions)) {
        const id = event[entity];
        if (id === undefined || value(event) === undefined || (names && !names.includes(event.name))) continue;
        const { country, brand } = event;
        const key = JSON.stringify([feature, window, id, country, brand]);
        const place = `${feature} ${window} ${partitionOf(id, partitions)}`;
        const group = groups.get(key) ?? { place, row: { id, country, brand }, feature, events: [] };
        group.events.push(event);
        groups.set(key, group);
      }
    }
  });
  const rows = new Map<string, Row[]>();
  for (const { place, row, feature, events } of groups.values()) {
    rows.set(place, [...(rows.get(place) ?? []), { ...row, value: definitions[feature].reckon(events) }]);
  }
  for (const part of rows.values()) {
    part.sort((a, b) => compare(a.id, b.id) || compare(a.country, b.country) || compare(a.brand, b.brand));
  }
  return { rows: sortedMap(rows), lines: sortedMap(lines) };
}

type FoldOptions = Partial<ConstructorParameters<typeof EventFold>[0]>;

/** Folds one file; the events that were refused come back too. */
export function fold(events: readonly SampleEvent[], options: FoldOptions = {}) {
  const one = new EventFold({ schema, features, partitions: 4, maxWindows: 10_000, ...options });
  const refused: SampleEvent[] = [];
  let current: SampleEvent | undefined;
  const show = showing((view) => {
    if (!one.add(view)) refused.push(current!);
  });
  for (const event of events) show((current = event));
  return { folded: one.finish(), refused };
}

/** To another thread and back, its memory moved. */
export const moved = (folded: FoldedEvents): FoldedEvents => structuredClone(folded, { transfer: buffersOf(folded) });

export function* parts(windows: Iterable<OpenWindow>, partitions: number) {
  for (const window of windows) {
    for (const feature of features) {
      for (let partition = 0; partition < partitions; partition++) {
        if (window.table(feature.name, partition)) yield { window, feature, partition };
      }
    }
  }
}

export const rowsOf = (part: ReturnType<typeof sortRows>): Row[] =>
  Array.from({ length: part.rows }, (_, row) => ({
    id: Buffer.from(part.ids.subarray(part.offsets[row], part.offsets[row + 1])).toString(),
    ...part.pairs[part.pair[row]],
    value: part.values[row],
  }));

export class OpenWindows {
  readonly all = new Map<number, OpenWindow>();
  readonly #options: { readonly partitions: number; readonly tracksChanges: boolean };

  constructor(options: { partitions: number; tracksChanges: boolean }) {
    this.#options = options;
  }

  readonly open = (start: number): OpenWindow => {
    const window = this.all.get(start) ?? new OpenWindow(start, { features, ...this.#options });
    this.all.set(start, window);
    return window;
  };

  outcome(): Outcome {
    const { partitions } = this.#options;
    const rows: [string, Row[]][] = [];
    for (const { window, feature, partition } of parts(this.all.values(), partitions)) {
      rows.push([
        `${feature.name} ${window.start} ${partition}`,
        rowsOf(sortRows(packPart(window, feature, partition), feature)),
      ]);
    }
    const lines: [string, LineSum][] = [];
    for (const window of this.all.values()) {
      for (const entity of ['device', 'user'] as const) {
        for (let partition = 0; partition < partitions; partition++) {
          const sum = window.lines(entity, partition);
          if (sum.lines > 0) lines.push([`${entity} ${window.start} ${partition}`, sum]);
        }
      }
    }
    return { rows: sortedMap(rows), lines: sortedMap(lines) };
  }
}

/** A double and a 64-bit integer of the same value are one value here; a part has either. */
export const plain = ({ rows, lines }: Outcome) => ({
  lines,
  rows: new Map([...rows].map(([place, part]) => [place, part.map((row) => ({ ...row, value: Number(row.value) }))])),
});

export const anyFiles = fc.array(anyFile, { minLength: 1, maxLength: 5 });
export const anyPartitions = fc.constantFrom(1, 2, 4, 7);

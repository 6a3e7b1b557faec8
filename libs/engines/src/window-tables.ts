import type { Entity, LineSum, WindowLines } from '@neartime/schemas';
import type { Feature } from './feature.ts';
import type { FoldedEvents, FoldedFeature, PackedKeys } from './folded-events.ts';
import { KeyTable, enlarged } from './key-table.ts';
import { addLineSums, noLines, seedLineSum } from './line-sum.ts';
import { partitionOf } from './murmur2.ts';
import { type PackedStates, type StateColumn, stateColumn } from './state-column.ts';

/** Lists the lines of folded events, seeded with the file's identity unless they are already; cells without lines are left out. */
export function linesOf(folded: FoldedEvents, fileId?: string): WindowLines[] {
  const seeded = (sum: LineSum) => (fileId === undefined ? sum : seedLineSum(sum, fileId));
  const { windows, partitions } = folded;
  return Object.entries(folded.lines).flatMap(([entity, { counts, high, low }]) =>
    Array.from(counts, (lines, cell) => ({
      entity: entity as Entity,
      window: windows[Math.floor(cell / partitions)],
      partition: cell % partitions,
      lines: seeded({ lines, high: high[cell], low: low[cell] }),
    })).filter(({ lines }) => lines.lines > 0),
  );
}

/** The open rows of one feature, window and partition: keys are ids, their tags are the window's country and brand pairs. */
export class PartTable {
  readonly keys: KeyTable;
  readonly states: StateColumn;
  /** Slots that changed since they were last taken; kept only where somebody takes them. */
  readonly #changed: ChangedSlots | undefined;

  constructor(
    feature: Feature,
    tracksChanges: boolean,
    rows?: { readonly keys: PackedKeys; readonly states: PackedStates },
  ) {
    this.keys = rows ? KeyTable.of(rows.keys) : new KeyTable();
    this.states = stateColumn(feature.engine, rows?.states.slice());
    this.#changed = tracksChanges ? new ChangedSlots() : undefined;
  }

  merge(from: PackedKeys, slot: number, states: PackedStates, pair: number): void {
    const into = this.keys.upsert(from.arena, from.offsets[slot], from.offsets[slot + 1], from.hashes[slot], pair);
    this.states.merge(into, states, slot);
    this.#changed?.add(into);
  }

  mergeAll({ keys, states }: PartTable): void {
    const packed = states.pack(keys.size);
    for (let slot = 0; slot < keys.size; slot++) this.merge(keys, slot, packed, keys.tags[slot]);
  }

  takeChanged(): Int32Array {
    return this.#changed?.take() ?? new Int32Array(0);
  }
}

/** Slots, each once, in the order in which they first came. */
class ChangedSlots {
  #isIn = new Uint8Array(64);
  #slots = new Int32Array(64);
  #size = 0;

  add(slot: number): void {
    if (slot >= this.#isIn.length) this.#isIn = enlarged(this.#isIn, slot + 1);
    if (this.#isIn[slot] === 1) return;
    this.#isIn[slot] = 1;
    if (this.#size === this.#slots.length) this.#slots = enlarged(this.#slots, this.#size + 1);
    this.#slots[this.#size++] = slot;
  }

  take(): Int32Array {
    const slots = this.#slots.slice(0, this.#size);
    for (const slot of slots) this.#isIn[slot] = 0;
    this.#size = 0;
    return slots;
  }
}

/** The rows of a part that were taken out of an open window, in a form that survives structured cloning. */
export interface TakenRows {
  readonly feature: string;
  readonly partition: number;
  readonly keys: PackedKeys;
  readonly states: PackedStates;
}

/** One open window: a table for each feature and partition that has rows, and the lines folded so far. */
export class OpenWindow {
  readonly start: number;
  readonly features: readonly Feature[];
  readonly pairs = new KeyTable();
  readonly #partitions: number;
  readonly #tracksChanges: boolean;
  readonly #tables = new Map<string, (PartTable | undefined)[]>();
  readonly #lines = new Map<Entity, LineSum[]>();
  #rowsTaken = 0;

  constructor(start: number, options: { features: readonly Feature[]; partitions: number; tracksChanges: boolean }) {
    this.start = start;
    this.features = options.features;
    this.#partitions = options.partitions;
    this.#tracksChanges = options.tracksChanges;
    for (const feature of options.features) this.#tables.set(feature.name, []);
  }

  /** The table of a part, or `undefined` where no row has come. */
  table(feature: string, partition: number): PartTable | undefined {
    return this.#tables.get(feature)?.[partition];
  }

  /** The table of a part, made when its first row comes. */
  openTable(feature: Feature, partition: number): PartTable {
    const tables = this.#tables.get(feature.name)!;
    return (tables[partition] ??= new PartTable(feature, this.#tracksChanges));
  }

  /** Takes the rows out, to be kept elsewhere for a while; the window goes on taking others. */
  takeOut(): TakenRows[] {
    const taken: TakenRows[] = [];
    for (const [feature, tables] of this.#tables) {
      tables.forEach((table, partition) => {
        if (!table) return;
        const { size, arena, offsets, hashes, tags } = table.keys;
        taken.push({
          feature,
          partition,
          keys: { size, arena, offsets, hashes, tags },
          states: table.states.pack(size),
        });
      });
      this.#tables.set(feature, []);
    }
    for (const { keys } of taken) this.#rowsTaken += keys.size;
    return taken;
  }

  /** Puts rows back that were taken out; those that have come since are merged into them. */
  putBack(rows: TakenRows): void {
    const feature = this.features.find(({ name }) => name === rows.feature)!;
    const tables = this.#tables.get(feature.name)!;
    const since = tables[rows.partition];
    const table = new PartTable(feature, this.#tracksChanges, rows);
    if (since) table.mergeAll(since);
    tables[rows.partition] = table;
    this.#rowsTaken -= rows.keys.size;
  }

  /** Of all features together, also those that were taken out. */
  get rows(): number {
    let rows = this.#rowsTaken;
    for (const tables of this.#tables.values()) for (const table of tables) rows += table?.keys.size ?? 0;
    return rows;
  }

  addLines({ entity, partition, lines }: WindowLines): void {
    const sums = this.#lines.get(entity) ?? Array.from({ length: this.#partitions }, () => noLines);
    sums[partition] = addLineSums(sums[partition], lines);
    this.#lines.set(entity, sums);
  }

  hasLines(entity: Entity): boolean {
    return this.#lines.has(entity);
  }

  /** The lines of which the window is made on a partition, whatever the features select. */
  lines(entity: Entity, partition: number): LineSum {
    return this.#lines.get(entity)?.[partition] ?? noLines;
  }
}

/**
 * Merges folded events into open windows; `fileId` is that of the file they are of, where their lines are not seeded yet.
 * `openWindow` gives the window of a start, or `undefined` for one that takes nothing more: its rows are left out, and its lines
 * are found missing by counting.
 */
export function mergeFolded(
  folded: FoldedEvents,
  fileId: string | undefined,
  openWindow: (start: number) => OpenWindow | undefined,
): void {
  const windows = folded.windows.map(openWindow);
  for (const cell of linesOf(folded, fileId)) openWindow(cell.window)?.addLines(cell);
  const { groups } = folded;
  const pairs = Array.from({ length: groups.size }, (_, group) => {
    const window = windows[groups.tags[group]];
    return window
      ? window.pairs.upsert(groups.arena, groups.offsets[group], groups.offsets[group + 1], groups.hashes[group], 0)
      : -1;
  });
  for (const feature of folded.features) mergeFeature(feature, folded, windows, pairs);
}

function mergeFeature(
  folded: FoldedFeature,
  { groups, partitions }: FoldedEvents,
  windows: readonly (OpenWindow | undefined)[],
  pairs: readonly number[],
): void {
  const { keys, states } = folded;
  const features = windows.map((window) => window?.features.find(({ name }) => name === folded.name));
  for (let slot = 0; slot < keys.size; slot++) {
    const group = keys.tags[slot];
    const window = groups.tags[group];
    const feature = features[window];
    if (!feature) continue;
    const part = windows[window]!.openTable(feature, partitionOf(keys.hashes[slot], partitions));
    part.merge(keys, slot, states, pairs[group]);
  }
}

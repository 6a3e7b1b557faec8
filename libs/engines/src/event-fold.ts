import { type Entity, type EventSchema, type FieldKind, entities, entityFields } from '@neartime/schemas';
import { type EventView, fieldIndex } from './event-view.ts';
import type { Feature } from './feature.ts';
import type { FoldedEvents, FoldedFeature, FoldedLines } from './folded-events.ts';
import { KeyTable, enlarged } from './key-table.ts';
import { type LineSeed, lineHashHigh, lineHashLow } from './line-sum.ts';
import { murmur2, partitionOf } from './murmur2.ts';
import { type StateColumn, stateColumn } from './state-column.ts';
import { windowStart } from './tumbling-window.ts';

export interface EventFoldOptions {
  readonly schema: EventSchema;
  readonly features: readonly Feature[];
  readonly partitions: number;
  /** At most this many windows are opened; an event of one more is refused. */
  readonly maxWindows: number;
  /** The entities whose lines are counted and whose features are folded; all of them unless some are named. */
  readonly entities?: readonly Entity[];
  /** Windows whose events are folded; the lines of the others are counted only. */
  readonly isWanted?: (windowStart: number) => boolean;
}

/**
 * Folds the events of one raw file, of any number of windows, into one table a feature, and counts the lines that each
 * window got, by entity and partition. The file's fold stands by itself, so that a file that turns out broken at its last
 * byte leaves no trace; a good one is merged into the open windows.
 */
export class EventFold {
  readonly #partitions: number;
  readonly #maxWindows: number;
  readonly #isWanted: (windowStart: number) => boolean;
  readonly #names = new KeyTable();
  readonly #byEntity: readonly EntityFold[];
  readonly #groups = new KeyTable();
  readonly #windowOf = new Map<number, number>();
  readonly #windows: number[] = [];
  readonly #wanted: boolean[] = [];
  // A group's key, built here before it is looked up: two bytes of the country's length, country, brand.
  #groupKey = new Uint8Array(64);
  #groupLength = -1;
  #groupWindow = -1;
  #lastGroup = -1;
  #lastWindow = -1;
  #lastWindowStart = -1;
  #seedHigh = 1;
  #seedLow = 1;

  constructor(options: EventFoldOptions) {
    this.#partitions = options.partitions;
    this.#maxWindows = options.maxWindows;
    this.#isWanted = options.isWanted ?? (() => true);
    for (const name of new Set(options.features.flatMap((feature) => feature.eventNames ?? []))) {
      const bytes = new TextEncoder().encode(name);
      this.#names.upsert(bytes, 0, bytes.length, nameHash(bytes, 0, bytes.length), 0);
    }
    const fields = Object.keys(options.schema);
    const kinds = Object.values(options.schema);
    this.#byEntity = (options.entities ?? entities).map((entity) => {
      const folds = options.features
        .filter((feature) => feature.entity === entity)
        .map((feature) => new FeatureFold(feature, fields, kinds));
      return new EntityFold(entity, fields.indexOf(entityFields[entity]), folds, this.#names);
    });
  }

  /** The events that follow are of this file. Where lines of many files are folded together each is seeded as it is counted. */
  seed({ high, low }: LineSeed): void {
    this.#seedHigh = high;
    this.#seedLow = low;
  }

  /** Folds an event in; false when its window would be one too many. */
  add(event: EventView): boolean {
    const { bytes, starts, ends, at, line } = event;
    const window = this.#windowIndex(windowStart(event.numbers[at + fieldIndex.timestamp]));
    if (window < 0) return false;
    const wanted = this.#wanted[window];
    let name = -2;
    let group = -1;
    const high = Math.imul(lineHashHigh(line), this.#seedHigh);
    const low = Math.imul(lineHashLow(line), this.#seedLow);
    for (const entity of this.#byEntity) {
      const start = starts[at + entity.field];
      const end = ends[at + entity.field];
      if (start >= end) continue;
      const hash = murmur2(bytes, start, end);
      entity.count(window * this.#partitions + partitionOf(hash, this.#partitions), high, low);
      if (!wanted) continue;
      if (name === -2) name = this.#nameIndex(event);
      const folds = entity.foldsByName[name + 1];
      for (let i = 0; i < folds.length; i++) {
        if (group < 0) group = this.#group(event, window);
        folds[i].add(event, start, end, hash, group);
      }
    }
    return true;
  }

  /** What was folded; the fold is not used afterwards. */
  finish(): FoldedEvents {
    const cells = this.#windows.length * this.#partitions;
    return {
      partitions: this.#partitions,
      windows: this.#windows,
      groups: packKeys(this.#groups),
      features: this.#byEntity.flatMap((entity) => entity.folds.map((fold) => fold.pack())),
      lines: Object.fromEntries(this.#byEntity.map((entity) => [entity.entity, entity.lines(cells)])),
    };
  }

  #nameIndex({ bytes, starts, ends, at }: EventView): number {
    const start = starts[at + fieldIndex.eventName];
    const end = ends[at + fieldIndex.eventName];
    return this.#names.find(bytes, start, end, nameHash(bytes, start, end), 0);
  }

  #windowIndex(start: number): number {
    if (start === this.#lastWindowStart) return this.#lastWindow;
    let window = this.#windowOf.get(start);
    if (window === undefined) {
      if (this.#windows.length === this.#maxWindows) return -1;
      window = this.#windows.push(start) - 1;
      this.#windowOf.set(start, window);
      this.#wanted.push(this.#isWanted(start));
    }
    this.#lastWindowStart = start;
    return (this.#lastWindow = window);
  }

  /** The number of the event's group. Most events have that of the one before, whose key still stands. */
  #group({ bytes, starts, ends, at }: EventView, window: number): number {
    const countryStart = starts[at + fieldIndex.country];
    const countryLength = ends[at + fieldIndex.country] - countryStart;
    const brandStart = starts[at + fieldIndex.brand];
    const brandLength = ends[at + fieldIndex.brand] - brandStart;
    const length = 2 + countryLength + brandLength;
    if (length > this.#groupKey.length) this.#groupKey = enlarged(this.#groupKey, length);
    const key = this.#groupKey;
    let isSame =
      window === this.#groupWindow && length === this.#groupLength && countryLength === (key[0] << 8) + key[1];
    key[0] = countryLength >> 8;
    key[1] = countryLength & 0xff;
    let place = 2;
    for (let i = countryStart; i < countryStart + countryLength; i++, place++) {
      if (key[place] !== bytes[i]) isSame = false;
      key[place] = bytes[i];
    }
    for (let i = brandStart; i < brandStart + brandLength; i++, place++) {
      if (key[place] !== bytes[i]) isSame = false;
      key[place] = bytes[i];
    }
    if (isSame) return this.#lastGroup;
    this.#groupWindow = window;
    this.#groupLength = length;
    return (this.#lastGroup = this.#groups.upsert(key, 0, length, murmur2(key, 0, length), window));
  }
}

/** Tells the few names apart that features take; it is cheaper than murmur2, and partitions do not depend on it. */
const nameHash = (bytes: Uint8Array, start: number, end: number): number =>
  bytes[start] | (bytes[(start + end) >> 1] << 8) | (bytes[end - 1] << 16) | ((end - start) << 24);

/** The features of one entity, by event name (place 0 is every other name), and the lines of each window and partition. */
class EntityFold {
  readonly entity: Entity;
  readonly field: number;
  readonly folds: readonly FeatureFold[];
  readonly foldsByName: readonly (readonly FeatureFold[])[];
  #counts = new Int32Array(64);
  #high = new Int32Array(64);
  #low = new Int32Array(64);

  constructor(entity: Entity, field: number, folds: readonly FeatureFold[], names: KeyTable) {
    this.entity = entity;
    this.field = field;
    this.folds = folds;
    const nameAt = (place: number) => (place === 0 ? undefined : new TextDecoder().decode(names.key(place - 1)));
    this.foldsByName = Array.from({ length: names.size + 1 }, (_, place) => {
      const name = nameAt(place);
      return folds.filter(({ eventNames }) => !eventNames || (name !== undefined && eventNames.includes(name)));
    });
  }

  count(cell: number, high: number, low: number): void {
    if (cell >= this.#counts.length) this.#grow(cell + 1);
    this.#counts[cell]++;
    this.#high[cell] += high;
    this.#low[cell] += low;
  }

  lines(cells: number): FoldedLines {
    if (cells > this.#counts.length) this.#grow(cells);
    return { counts: this.#counts.slice(0, cells), high: this.#high.slice(0, cells), low: this.#low.slice(0, cells) };
  }

  #grow(needed: number): void {
    this.#counts = enlarged(this.#counts, needed);
    this.#high = enlarged(this.#high, needed);
    this.#low = enlarged(this.#low, needed);
  }
}

const noValue = -1;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** One feature's table: a slot for each id and group, a state for each slot. */
class FeatureFold {
  readonly eventNames: readonly string[] | undefined;
  readonly #name: string;
  readonly #keys = new KeyTable(1024);
  readonly #states: StateColumn;
  readonly #valueField: number;
  readonly #valueIsText: boolean;

  constructor(feature: Feature, fields: readonly string[], kinds: readonly FieldKind[]) {
    const { valueField } = feature;
    this.#name = feature.name;
    this.eventNames = feature.eventNames;
    this.#states = stateColumn(feature.engine);
    this.#valueField = valueField === undefined ? noValue : fields.indexOf(valueField);
    if (valueField !== undefined && this.#valueField < 0) {
      throw new TypeError(`feature ${feature.name}: the event schema has no field ${valueField}`);
    }
    const kind = this.#valueField < 0 ? undefined : kinds[this.#valueField];
    this.#valueIsText = kind === 'text' || kind === 'name';
  }

  /** Folds the event's value in under the id `[start, end)` and its group. An event without the value is passed over. */
  add(event: EventView, start: number, end: number, hash: number, group: number): void {
    const field = this.#valueField;
    if (field === noValue) {
      this.#states.add(this.#keys.upsert(event.bytes, start, end, hash, group), undefined);
    } else if (this.#valueIsText) {
      const text = event.bytes.subarray(event.starts[event.at + field], event.ends[event.at + field]);
      if (text.length === 0) return;
      this.#states.add(this.#keys.upsert(event.bytes, start, end, hash, group), decoder.decode(text));
    } else {
      const value = event.numbers[event.at + field];
      if (value !== value) return;
      this.#states.add(this.#keys.upsert(event.bytes, start, end, hash, group), value);
    }
  }

  pack(): FoldedFeature {
    return { name: this.#name, keys: packKeys(this.#keys), states: this.#states.pack(this.#keys.size) };
  }
}

const packKeys = ({ size, arena, offsets, hashes, tags }: KeyTable) => ({ size, arena, offsets, hashes, tags });

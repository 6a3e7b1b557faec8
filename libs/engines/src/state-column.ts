import type { Engine } from './engine.ts';
import { enlarged } from './key-table.ts';

/** The states of one engine for many keys, by the key's slot. Slots are first touched in ascending order. */
export interface StateColumn {
  add(slot: number, value: number | string | undefined): void;
  merge(slot: number, other: PackedStates, otherSlot: number): void;
  result(slot: number): number | bigint;
  /** The states of the first `size` slots in a form that crosses threads; the column is not used afterwards. */
  pack(size: number): PackedStates;
}

export type PackedStates = Float64Array<ArrayBuffer> | readonly unknown[];

/** Numbers lie side by side in one array; any other state is a value of its own. */
export const stateColumn = (engine: Engine, packed?: PackedStates): StateColumn =>
  typeof engine.empty() === 'number' ? new NumberColumn(engine, packed) : new ObjectColumn(engine, packed);

class NumberColumn implements StateColumn {
  readonly #engine: Engine<Record<never, never>, number>;
  readonly #empty: number;
  #states: Float64Array<ArrayBuffer>;
  #size: number;

  constructor(engine: Engine, packed?: PackedStates) {
    this.#engine = engine as unknown as Engine<Record<never, never>, number>;
    this.#empty = this.#engine.empty();
    this.#states = (packed as Float64Array<ArrayBuffer> | undefined) ?? new Float64Array(16);
    this.#size = packed?.length ?? 0;
  }

  add(slot: number, value: number | string | undefined): void {
    if (slot >= this.#size) this.#open(slot);
    this.#states[slot] = this.#engine.add(this.#states[slot], value as undefined);
  }

  merge(slot: number, other: PackedStates, otherSlot: number): void {
    if (slot >= this.#size) this.#open(slot);
    this.#states[slot] = this.#engine.merge(this.#states[slot], other[otherSlot] as number);
  }

  result(slot: number): number | bigint {
    return this.#engine.result(this.#states[slot]);
  }

  pack(size: number): PackedStates {
    return this.#states.slice(0, size);
  }

  #open(slot: number): void {
    if (slot >= this.#states.length) this.#states = enlarged(this.#states, slot + 1);
    this.#states[slot] = this.#empty;
    this.#size = slot + 1;
  }
}

class ObjectColumn implements StateColumn {
  readonly #engine: Engine;
  readonly #states: unknown[];

  constructor(engine: Engine, packed?: PackedStates) {
    this.#engine = engine;
    this.#states = packed ? Array.from(packed, (state) => engine.unpack(state)) : [];
  }

  add(slot: number, value: number | string | undefined): void {
    const state = slot < this.#states.length ? this.#states[slot] : this.#engine.empty();
    this.#states[slot] = this.#engine.add(state, value as never);
  }

  merge(slot: number, other: PackedStates, otherSlot: number): void {
    const state = slot < this.#states.length ? this.#states[slot] : this.#engine.empty();
    this.#states[slot] = this.#engine.merge(state, this.#engine.unpack(other[otherSlot]));
  }

  result(slot: number): number | bigint {
    return this.#engine.result(this.#states[slot]);
  }

  pack(size: number): PackedStates {
    return this.#states.slice(0, size).map((state) => this.#engine.pack(state));
  }
}

import type { FieldKind } from '@neartime/schemas';
import type { Recipe, RawEvents } from './recipe.ts';

/** The column that an engine folds besides id, country and brand; `{}` for an engine that needs none. */
export type InputSchema = { readonly [column: string]: FieldKind };

/** What an engine that reckons with whole numbers takes: a decimal comes as the whole number of its units. */
export type NumericKind = 'integer' | `decimal(${number})`;

/** The value column of an engine's rows. A feature may give it another name; its type is the engine's. */
export interface OutputColumn<Type extends 'INT64' | 'DOUBLE' = 'INT64' | 'DOUBLE'> {
  readonly name: string;
  readonly type: Type;
}

/** What `add` is given: whole numbers for numeric kinds (a decimal in its units), a string for text. */
export type InputValue<Input extends InputSchema> = keyof Input extends never
  ? undefined
  : Input[keyof Input] extends 'text' | 'name'
    ? string
    : number;

/**
 * A typed, mergeable aggregation. Its result is a function of the set of the folded values, bit for bit: whatever the order
 * and however they were grouped before merging. `engineLaws` states that for every engine.
 *
 * States are values: `add` and `merge` return the new state and may reuse the first argument's memory, never the second's.
 */
export abstract class Engine<Input extends InputSchema = InputSchema, State = unknown> {
  /** The columns that `process` must select besides id, country and brand: none or one. */
  abstract readonly input: { readonly [Column in keyof Input]: true };
  abstract readonly output: OutputColumn;

  /** What of the events is folded: clean, filter, select. The feature says which schema its events have. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- neither schema of two need be a part of the other
  abstract process(events: RawEvents<any>): Recipe<Input>;

  /** The state of no value. Where it is a number every state must be one, for such states lie in one number array. */
  abstract empty(): State;
  abstract add(state: State, value: InputValue<Input>): State;
  abstract merge(state: State, other: State): State;
  /** A number for DOUBLE and for an INT64 that a double holds exactly, else a bigint. */
  abstract result(state: State): number | bigint;

  /** How states cross a thread boundary: a form that survives structured cloning. Plain values need no change. */
  pack(state: State): unknown {
    return state;
  }
  unpack(packed: unknown): State {
    return packed as State;
  }
}

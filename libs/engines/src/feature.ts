import type { Entity } from '@neartime/schemas';
import type { Engine } from './engine.ts';
import { RawEvents } from './recipe.ts';

/** A registered feature: a name, the engine that folds it and the plan that its recipe wrote. */
export interface Feature {
  readonly name: string;
  readonly engine: Engine;
  readonly engineName: string;
  readonly entity: Entity;
  readonly eventNames: readonly string[] | undefined;
  /** The event field that the engine folds; `undefined` for an engine without an input column. */
  readonly valueField: string | undefined;
  /** Windows that begin earlier are never computed, epoch seconds. */
  readonly since: number;
}

export interface FeatureOptions {
  /** An ISO time; without one the feature is computed for all that there is. */
  readonly since?: string;
}

// The registry holds features of every engine; nothing below it asks which.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type AnyEngine = new () => Engine<any, any>;

/** Runs the recipe of a feature once. Throws when its columns are not those of the engine (the compiler says so too). */
export function feature(name: string, FeatureClass: AnyEngine, { since }: FeatureOptions = {}): Feature {
  const engine = new FeatureClass();
  const { entity, eventNames, columns } = engine.process(new RawEvents());
  const wanted = Object.keys(engine.input).join();
  const selected = Object.keys(columns).join();
  if (wanted !== selected) throw new TypeError(`feature ${name}: selects (${selected}), its engine takes (${wanted})`);
  return {
    name,
    engine,
    engineName: Object.getPrototypeOf(FeatureClass).name,
    entity,
    eventNames,
    valueField: Object.values(columns)[0],
    since: since === undefined ? -Infinity : Date.parse(since) / 1000,
  };
}

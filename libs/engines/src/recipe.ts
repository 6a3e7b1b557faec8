import type { BaseFields, Entity, EntityField, EventSchema, FieldKind, eventSchema } from '@neartime/schemas';
import { entityFields } from '@neartime/schemas';
import type { InputSchema } from './engine.ts';

/** What a feature folds, as data: the hot path follows the plan and never calls the recipe. */
export interface Plan {
  readonly entity: Entity;
  /** Names of the events that count, sorted; `undefined` is every event. */
  readonly eventNames: readonly string[] | undefined;
  /** The selected columns besides id, country and brand: column → event field. */
  readonly columns: { readonly [column: string]: string };
}

/** A finished recipe; its type carries the selected columns, so that an engine takes only what its input schema says. */
export interface Recipe<Input extends InputSchema, Columns = keyof Input> extends Plan {
  // Two parameters, so that both vary freely: a narrower kind fits a wider one, and no column more fits.
  readonly selects?: { readonly input: Input; readonly columns: Columns };
}

type Keys = 'id' | 'country' | 'brand';
interface KeyColumns {
  readonly id: EntityField;
  readonly country: 'country';
  readonly brand: 'brand';
}
type Selection<Schema> = KeyColumns & { readonly [column: string]: keyof Schema & string };
type Kind<Schema, Field> = Field extends keyof Schema
  ? Schema[Field] extends FieldKind
    ? Schema[Field]
    : never
  : never;
type InputOf<Schema, Columns> = {
  readonly [Column in Exclude<keyof Columns, Keys> & string]: Kind<Schema, Columns[Column]>;
};

/** Events as they come from the raw lines; `clean` is the only way on. */
export class RawEvents<Schema extends BaseFields = typeof eventSchema> {
  declare protected readonly schema: Schema;

  /** Events with typed, cleaned fields; an event without the selected id does not reach the feature. */
  clean(): Events<Schema> {
    return new Events<Schema>(undefined);
  }
}

/** Cleaned events on their way through a recipe: `named` filters, `select` ends it. */
export class Events<Schema extends BaseFields = typeof eventSchema> {
  declare protected readonly schema: Schema;
  readonly #eventNames: readonly string[] | undefined;

  constructor(eventNames: readonly string[] | undefined) {
    this.#eventNames = eventNames;
  }

  /** Keeps the events of these names; a second call keeps those of both. */
  named(...names: [string, ...string[]]): Events<Schema> {
    const kept = this.#eventNames ? names.filter((name) => this.#eventNames!.includes(name)) : names;
    return new Events<Schema>([...new Set(kept)].sort());
  }

  /** The columns that the engine folds: its keys, and its input column where it has one. */
  select<const Columns extends Selection<Schema>>(columns: Columns): Recipe<InputOf<Schema, Columns>> {
    const { id, country: _country, brand: _brand, ...rest } = columns as Selection<EventSchema>;
    const entity = (Object.keys(entityFields) as Entity[]).find((name) => entityFields[name] === id)!;
    return { entity, eventNames: this.#eventNames, columns: rest as { [column: string]: string } };
  }
}

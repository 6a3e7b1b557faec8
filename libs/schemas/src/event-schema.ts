/**
 * How the reader turns the raw JSON value of a field into a typed one.
 * - `name`: text, trimmed only.
 * - `text`: text, cleaned (trimmed, inner white space collapsed, lower case); at most 1,024 bytes of UTF-8.
 * - `timestamp`: whole epoch seconds between 2000 and 2100; milliseconds are floored.
 * - `integer`: a whole number that a double holds exactly.
 * - `decimal(n)`: a number with at most n decimals, kept as the whole number of its 10^-n units.
 */
export type FieldKind = 'name' | 'text' | 'timestamp' | 'integer' | `decimal(${number})`;

/** The fields that every event has a place for; the line rules of `libs/ingest` speak of them by name. */
export interface BaseFields {
  readonly event_name: 'name';
  readonly timestamp: 'timestamp';
  readonly device_id: 'text';
  readonly user_id: 'text';
  readonly country: 'text';
  readonly brand: 'text';
}

export type EventSchema = BaseFields & { readonly [field: string]: FieldKind };

/** The event, field by field. A raw field that a feature needs beyond these is one more line here. */
export const eventSchema = {
  event_name: 'name',
  timestamp: 'timestamp',
  device_id: 'text',
  user_id: 'text',
  country: 'text',
  brand: 'text',
} as const satisfies EventSchema;

/** What features describe, and the event field that carries its id. Each entity has one events topic, keyed by that id. */
export const entityFields = { device: 'device_id', user: 'user_id' } as const;

export type Entity = keyof typeof entityFields;
export type EntityField = (typeof entityFields)[Entity];
export const entities = Object.keys(entityFields) as Entity[];

/** The number of decimals of a `decimal(n)` field, 0 for every other kind. */
export const scaleOf = (kind: FieldKind): number => (kind.startsWith('decimal(') ? Number(kind.slice(8, -1)) : 0);

import { type EventSchema, type FieldKind, scaleOf } from '@neartime/schemas';

/** A field of the event schema as the reader needs it; its place in the list is its index in the event view. */
export interface Field {
  readonly name: string;
  readonly kind: FieldKind;
  readonly scale: number;
}

export const fieldsOf = (schema: EventSchema): Field[] =>
  Object.entries(schema).map(([name, kind]) => ({ name, kind, scale: scaleOf(kind) }));

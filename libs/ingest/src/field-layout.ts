import { type EventSchema, type FieldKind, scaleOf } from '@neartime/schemas';

/** A field of the event schema as the reader needs it; its place in the list is its index in the event view. */
export interface Field {
  readonly name: string;
  readonly kind: FieldKind;
  readonly key: Uint8Array;
  readonly isText: boolean;
  readonly scale: number;
}

/** The fields of a schema with a lookup from a raw key's length to the fields of that length. */
export interface FieldLayout {
  readonly fields: readonly Field[];
  /** The kinds as the byte scanner asks for them. */
  readonly scanKinds: Uint8Array;
  /** First field whose key has this many bytes, -1 for none; the others follow by `next`. */
  readonly byLength: Int16Array;
  readonly next: Int16Array;
}

export const scanKind = { text: 0, name: 1, timestamp: 2, number: 3 } as const;

const scanKindOf = (kind: FieldKind): number => (kind in scanKind ? scanKind[kind as keyof typeof scanKind] : scanKind.number);

const longestKey = 255;

export function fieldLayout(schema: EventSchema): FieldLayout {
  const fields = Object.entries(schema).map(([name, kind]): Field => {
    const key = new TextEncoder().encode(name);
    if (key.length > longestKey) throw new RangeError(`event schema: the name of field ${name} is longer than ${longestKey} bytes`);
    return { name, kind, key, isText: kind === 'text' || kind === 'name', scale: scaleOf(kind) };
  });
  const byLength = new Int16Array(longestKey + 1).fill(-1);
  const next = new Int16Array(fields.length).fill(-1);
  fields.forEach(({ key }, index) => {
    next[index] = byLength[key.length];
    byLength[key.length] = index;
  });
  return { fields, scanKinds: Uint8Array.from(fields, ({ kind }) => scanKindOf(kind)), byLength, next };
}

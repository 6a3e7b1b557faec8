import avro, { type ForSchemaOptions, type Type } from 'avsc';

/* Avro says how many items an array has before they come, and avsc makes room for them: nine bytes are enough to fill the memory. */

/** What avsc reads from. */
interface Tap {
  readonly buf: Uint8Array;
  readonly pos: number;
  readLong(): number;
  skipLong(): void;
}

interface Items {
  _read(tap: Tap): unknown;
  _skip(tap: Tap): void;
}

/** An array that throws when it promises more items than there are bytes left. */
class BoundedArray extends avro.types.ArrayType {
  _read(tap: Tap): unknown[] {
    const items: unknown[] = [];
    for (let left = countOf(tap); left > 0; left = countOf(tap))
      for (; left > 0; left--) items.push(itemsOf(this)._read(tap));
    return items;
  }

  _skip(tap: Tap): void {
    for (let left = countOf(tap); left > 0; left = countOf(tap)) for (; left > 0; left--) itemsOf(this)._skip(tap);
  }
}

const itemsOf = ({ itemsType }: { readonly itemsType: unknown }): Items => itemsType as Items;

/** How many items a block has; below zero its size in bytes comes after it. */
function countOf(tap: Tap): number {
  const count = tap.readLong();
  if (count < 0) tap.skipLong();
  const items = Math.abs(count);
  if (items > tap.buf.length - tap.pos) throw new Error(`an array of ${items} items is longer than its record`);
  return items;
}

/** A hook for `Type.forSchema`. */
export const boundedArray = (schema: unknown, options: ForSchemaOptions): Type | undefined =>
  (schema as { type?: unknown } | null)?.type === 'array' ? new BoundedArray(schema as never, options) : undefined;

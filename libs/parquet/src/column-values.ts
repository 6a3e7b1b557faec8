import type { Column, StringColumn } from './part-encoder.ts';

/** Refuses columns without a value for every row, and text that points beside its dictionary or bytes. */
export function requireValues(columns: readonly Column[], rows: number): void {
  for (const column of columns) {
    const values = valuesOf(column);
    if (values !== rows) throw new RangeError(`column ${column.name} has not ${rows} values but ${values}`);
    if (column.type === 'STRING') requireText(column);
  }
}

function valuesOf(column: Column): number {
  if ('values' in column) return column.values.length;
  return 'indexes' in column ? column.indexes.length : column.offsets.length - 1;
}

// Written with places because iterators would take a tenth of the encoder's time here.
function requireText(column: StringColumn): void {
  if ('indexes' in column) {
    const { dictionary, indexes } = column;
    const wrong = (index: number) => index < 0 || index >= dictionary.length;
    for (let row = 0; row < indexes.length; row++) {
      if (wrong(indexes[row])) throw new RangeError(`column ${column.name} has no dictionary entry ${indexes[row]}`);
    }
  } else if ('offsets' in column) {
    const { bytes, offsets } = column;
    for (let i = 0; i < offsets.length; i++) {
      const least = i === 0 ? 0 : offsets[i - 1];
      if (offsets[i] < least || offsets[i] > bytes.length)
        throw new RangeError(`column ${column.name} has a wrong offset ${offsets[i]}`);
    }
  }
}

const least = -(2n ** 63n);
const greatest = 2n ** 63n - 1n;

/** A value of an INT64 column as it will be read back; refuses what is no whole number of 64 bits or may be rounded. */
export function exactInt64(value: number | bigint, name: string): bigint {
  const exact = typeof value === 'number' ? Number.isSafeInteger(value) : value >= least && value <= greatest;
  if (!exact) throw new RangeError(`column ${name} cannot hold exactly, as INT64, ${value}`);
  return BigInt(value);
}

/** A value of a DOUBLE column as it will be read back; refuses NaN, which has many bit patterns and no order. */
export function plainDouble(value: number, name: string): number {
  if (Number.isNaN(value)) throw new RangeError(`column ${name} cannot hold, as DOUBLE, ${value}`);
  return value + 0; // -0 + 0 is 0
}

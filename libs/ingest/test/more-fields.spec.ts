import { type EventView, fieldIndex } from '@neartime/engines';
import { type EventSchema, eventSchema } from '@neartime/schemas';
import { line } from '@neartime/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyNumber, anyString, anyValue } from './arbitrary-lines.ts';
import { readWith, textAt } from './read-lines.ts';

const wideSchema = {
  ...eventSchema,
  category_id: 'text',
  price: 'decimal(2)',
  quantity: 'integer',
  // As long as other fields' names, and of the finest units.
  brant: 'decimal(8)',
  countrY: 'name',
} as const satisfies EventSchema;
const place = (field: keyof typeof wideSchema): number => Object.keys(wideSchema).indexOf(field);

const numberAt = (view: EventView, field: keyof typeof wideSchema): number | undefined =>
  Number.isNaN(view.numbers[view.at + place(field)]) ? undefined : view.numbers[view.at + place(field)];

const eventOf = (view: EventView) => ({
  brand: textAt(view, fieldIndex.brand),
  category: textAt(view, place('category_id')),
  price: numberAt(view, 'price'),
  quantity: numberAt(view, 'quantity'),
  brant: numberAt(view, 'brant'),
  countrY: textAt(view, place('countrY')),
});

const readWide = (text: string) => {
  const { found } = readWith(wideSchema, [Buffer.from(`${text}\n`)], eventOf);
  return found[0];
};
/** The field of an event in which it stands with this JSON text. */
const fieldOf = (field: keyof typeof wideSchema, text: string) => {
  const found = readWide(line({ [field]: 'HERE' }).replace('"HERE"', text));
  return 'event' in found ? found.event : found.reason;
};

/** A number's whole units, digit by digit from the way JavaScript prints it; a string must hold plain digits. */
function unitsOf(value: unknown, scale: number): number | undefined {
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  const text = String(value).trim();
  const plain = typeof value === 'number' ? /^(-?)(\d+)\.?(\d*)(?:e([+-]\d+))?$/ : /^(-?)(\d+)(?:\.(\d+))?$/;
  const parts = plain.exec(text);
  if (!parts) return undefined;
  const decimals = parts[3] ?? '';
  const shift = Number(parts[4] ?? 0) + scale - decimals.length;
  const digits = BigInt(parts[2] + decimals) * 10n ** BigInt(Math.max(0, shift));
  const divisor = 10n ** BigInt(Math.max(0, -shift));
  if (digits % divisor !== 0n || digits / divisor > BigInt(Number.MAX_SAFE_INTEGER)) return undefined;
  const units = Number(digits / divisor);
  return parts[1] && units > 0 ? -units : units;
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
const isJson = (text: string): boolean => text === 'null' || parsed(text) !== undefined;

describe('a field that the schema adds', () => {
  const anyText = fc.oneof(
    anyNumber,
    anyNumber.map((text) => `"${text}"`),
    fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 19n }), fc.nat(20)).map(([digits, point]) => {
      const text = String(digits).padStart(point + 1, '0');
      return point === 0 ? text : `${text.slice(0, -point)}.${text.slice(-point)}`;
    }),
    fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e4, max: 1e4 }).map((value) => value.toFixed(2)),
    anyString,
    anyValue,
  );

  it('has the whole units of its number, or is missing', () => {
    fc.assert(
      fc.property(anyText.filter(isJson), (text) => {
        const value = parsed(text);
        expect(fieldOf('price', text)).toHaveProperty('price', unitsOf(value, 2));
        expect(fieldOf('quantity', text)).toHaveProperty('quantity', unitsOf(value, 0));
      }),
      { numRuns: 4_000 },
    );
  });

  it.each([
    ['0.29', 29],
    ['1.1', 110],
    ['1.005', undefined],
    ['4.35', 435],
    ['19.990', 1_999],
    ['19.9900000', 1_999],
    ['-0.01', -1],
    ['-0', 0],
    ['0', 0],
    ['"-0.00"', 0],
    ['1e2', 10_000],
    ['123456789012345', undefined],
    ['90071992547409.9', 9_007_199_254_740_990],
    ['90071992547409.92', undefined],
    ['90071992547410', undefined],
    ['"90071992547409.91"', 9_007_199_254_740_991],
    ['" 1.50 "', 150],
    ['"1,50"', undefined],
    ['"1.50 €"', undefined],
    ['"abc"', undefined],
    ['""', undefined],
    ['"."', undefined],
    ['"1."', undefined],
    ['"Infinity"', undefined],
    ['1e400', undefined],
    ['null', undefined],
    ['true', undefined],
    ['[1]', undefined],
    ['{"price":1}', undefined],
  ])('has as a decimal(2) of %s the units %s', (text, units) => {
    const found = fieldOf('price', text) as { price: number | undefined };
    expect(found.price).toBe(units);
  });

  it.each([
    ['0.0000001', 10],
    ['0.00000001', 1],
    ['0.000001', 100],
    ['-0.00000125', -125],
    ['"0.0000001"', 10],
    ['1e-9', undefined],
  ])('has the units of a small number too, which JavaScript prints with an exponent: %s', (text, units) => {
    expect(fieldOf('brant', text)).toHaveProperty('brant', units);
  });

  it('is cleaned as text, and a field that misses it is an event all the same', () => {
    expect(fieldOf('category_id', '" Cars \\t VANS"')).toHaveProperty('category', 'cars vans');
    expect(fieldOf('category_id', '17')).toHaveProperty('category', '17');
    expect(fieldOf('category_id', 'null')).toHaveProperty('category', undefined);
    expect(readWide(line())).toEqual({
      line: 1,
      event: {
        brand: 'olx',
        category: undefined,
        price: undefined,
        quantity: undefined,
        brant: undefined,
        countrY: undefined,
      },
    });
  });

  it('is not taken for one whose name is as long', () => {
    expect(readWide(line({ brant: 5, brand: 'B', countrY: ' X' }))).toMatchObject({
      event: { brand: 'b', brant: 500_000_000, countrY: 'X' },
    });
    expect(readWide(line({ brans: 1, Brand: 'x', quantitx: 1, category_ie: 'z' }))).toMatchObject({
      event: { brand: 'olx', brant: undefined, quantity: undefined, category: undefined },
    });
  });

  it('counts as it came last, also where a text becomes a number or nothing', () => {
    const twice = (first: string, last: string) => fieldOf('price', `${first},"price":${last}`) as { price?: number };
    expect(twice('1', '2').price).toBe(200);
    expect(twice('1', 'null').price).toBeUndefined();
    expect(twice('1', '"x"').price).toBeUndefined();
    expect(twice('"x"', '2').price).toBe(200);
    expect(twice('[]', '2').price).toBe(200);
    expect(twice('1', '{}').price).toBeUndefined();
    expect(twice('1', '0.001').price).toBeUndefined();
  });

  it('takes no longer the longer its digits are: one bad line does not stop the flow', () => {
    const hostile = [
      `"0.${'0'.repeat(60_000)}1"`,
      `"1${' '.repeat(60_000)}x"`,
      `"${'9'.repeat(60_000)}x"`,
      `"${' '.repeat(60_000)}x"`,
    ];
    for (const text of hostile) {
      const start = performance.now();
      expect(fieldOf('price', text)).toHaveProperty('price', undefined);
      // It takes a millisecond or two; reading the zeros again from each of them takes seconds, and an hour for a mebibyte.
      expect(performance.now() - start).toBeLessThan(500);
    }
  });
});

it('refuses a field whose name is too long to be looked up', () => {
  const schema = { ...eventSchema, ['x'.repeat(256)]: 'text' } as EventSchema;
  expect(() => readWith(schema, [], eventOf)).toThrow(/^event schema: the name of field x+ is longer than 255 bytes$/);
  const longest = 'x'.repeat(255);
  const { found } = readWith(
    { ...eventSchema, [longest]: 'text' } as EventSchema,
    [Buffer.from(line({ [longest]: 'Y' }))],
    (view) => textAt(view, 6),
  );
  expect(found).toEqual([{ line: 1, event: 'y' }]);
});

it('reads fields whose names are not ASCII or need an escape', () => {
  const schema = { ...eventSchema, größe: 'integer', 'a"b': 'text', 'x y': 'text' } as EventSchema;
  const { found } = readWith(schema, [Buffer.from(line({ größe: 4, 'a"b': 'C', 'x y': 'Z' }))], (view) => [
    view.numbers[6],
    textAt(view, 7),
    textAt(view, 8),
  ]);
  expect(found).toEqual([{ line: 1, event: [4, 'c', 'z'] }]);
});

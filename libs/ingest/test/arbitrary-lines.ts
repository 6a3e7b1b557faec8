import fc from 'fast-check';
import { fileTime } from './read-lines.ts';

/** Lines as JSON texts, good and less good: whatever the grammar allows, written in every way that it allows. */

const oneOf = <T>(...choices: readonly T[]) => fc.constantFrom(...choices);
const mostly = <T>(usual: fc.Arbitrary<T>, rare: fc.Arbitrary<T>, weight = 6) =>
  fc.oneof({ weight, arbitrary: usual }, { weight: 1, arbitrary: rare });

/** Characters that cleaning, JSON or UTF-8 treats in a way of its own. */
const oddCharacters = [
  ...[' ', '  ', 'A', 'Z', '@', '[', '`', '{', '}', ':', ',', '/', '"', '\\', '\u007f', '\u0080', '\u0085'],
  ...['\u00a0', '\u1680', '\u180e', '\u2003', '\u2028', '\u2029', '\u200b', '\u202f', '\u3000', '\ufeff', '\ufffd'],
  ...['İ', 'ı', 'Σ', 'ΑΣ', 'Σ.', 'ẞ', 'Ǆ', 'K', 'é', 'e\u0301', '日', '😀', '𐐀', '\ud800', '\udc00', '\ude00\ud83d'],
  ...['\0', '\b', '\t', '\n', '\v', '\f', '\r', '\u001c', '\u001f'],
];

const shortEscapes: Readonly<Record<string, string>> = {
  ...{ '"': '\\"', '\\': '\\\\', '/': '\\/', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t' },
};

/** A character as it may stand in a string; `how` chooses among the ways. */
function written(unit: string, how: number): string {
  const code = unit.charCodeAt(0);
  const hex = code.toString(16).padStart(4, '0');
  const needsEscape = code < 32 || unit === '"' || unit === '\\' || (code >= 0xd800 && code <= 0xdfff);
  if (how === 1) return `\\u${hex}`;
  if (how === 2) return `\\u${hex.toUpperCase()}`;
  if (how === 3 || needsEscape) return shortEscapes[unit] ?? (needsEscape ? `\\u${hex}` : unit);
  return unit;
}

const escaping = oneOf([0], [0], [0], [3], [1, 0, 0], [0, 2, 0, 3]);

/** The JSON text of a string, with more or fewer escapes. A pair of surrogates stays raw or is escaped as two. */
const stringText = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(text, escaping).map(([content, ways]) => {
    const body = Array.from(content, (character, index) => {
      const how = ways[index % ways.length];
      const isPair = character.length === 2;
      return isPair && how === 0
        ? character
        : Array.from({ length: character.length }, (_, i) => written(character[i], how)).join('');
    });
    return `"${body.join('')}"`;
  });

const plainText = oneOf(
  'pl',
  'olx',
  'device-1',
  'Device 7',
  'user_9',
  'view_item',
  '  OLX  Cars ',
  'a',
  '0',
  'ab\u00e9',
);
const oddText = fc
  .array(fc.oneof(oneOf(...oddCharacters), plainText), { maxLength: 5 })
  .map((characters) => characters.join(''));
const longText = fc
  .tuple(oneOf('x', 'X', 'é', '日', '😀', ' ', '\ud800', 'İ'), fc.integer({ min: 250, max: 1_030 }))
  .map(([character, times]) => character.repeat(times));

export const anyString = stringText(
  fc.oneof({ weight: 5, arbitrary: plainText }, { weight: 4, arbitrary: oddText }, { weight: 1, arbitrary: longText }),
);

export const anyNumber = fc.oneof(
  oneOf(
    ...['0', '-0', '0.0', '1', '-1', '1.0', '1.50', '0.1', '1e9', '1E9', '1.5e9', '1e+9', '1E400', '-1e400', '1e-400'],
    ...['9007199254740991', '9007199254740993', '123456789012345', '1234567890123456', '12345678901234567890'],
    ...['1e21', '1e-7', '0.000001', '5e-324', '0123', '00', '-', '+1', '.5', '1.', '1.e1', '1e', '0x1', '1_0', 'NaN'],
    ...['1533117754', '1533117754.0', '1533117754.5', '15331177540e-1', '946684799', '946684800', '4102444799'],
    ...['4102444800', '99999999999', '100000000000', '946684799999', '946684800000', '1533117754999'],
    ...[0, 1, 299, 300, 301].map((late) => String(fileTime + late)),
    ...[300_999, 301_000].map((late) => String(fileTime * 1000 + late)),
  ),
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
);

const literal = oneOf('true', 'false', 'null', 'True', 'nul', 'undefined', 'truee', 'tru e');
const blank = oneOf('', '', '', '', ' ', '\t', '\r', ' \t\r ');

const wanted = ['event_name', 'timestamp', 'device_id', 'user_id', 'country', 'brand'];
const plainKey = oneOf(
  ...wanted,
  ...wanted,
  'p',
  'Brand',
  'brand ',
  'brands',
  'bran',
  'countrz',
  '',
  '__proto__',
  'toString',
  'ключ',
  'a\u0000',
);
export const anyKey = mostly(
  plainKey.map((key) => JSON.stringify(key)),
  stringText(fc.oneof(plainKey, oddText)),
  4,
);

const memberText = (value: fc.Arbitrary<string>) =>
  fc
    .tuple(blank, anyKey, blank, blank, value, blank)
    .map(([a, key, b, c, text, d]) => `${a}${key}${b}:${c}${text}${d}`);

export const { value: anyValue } = fc.letrec<{ value: string; nested: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    { weight: 6, arbitrary: anyString },
    { weight: 4, arbitrary: anyNumber },
    { weight: 1, arbitrary: literal },
    { weight: 2, arbitrary: tie('nested') },
  ),
  nested: fc.oneof(
    fc.array(memberText(tie('value')), { maxLength: 3 }).map((members) => `{${members.join()}}`),
    fc.array(tie('value'), { maxLength: 3 }).map((values) => `[${values.join()}]`),
    oneOf(
      '[ ]',
      '{\t}',
      '[,]',
      '{,}',
      '[1,]',
      '{"a":1,}',
      '{"a"}',
      '{1:2}',
      '[1 2]',
      '[}',
      '{]',
      '[[1]]',
      '{"brand":"x"}',
    ),
  ),
}));

const goodTime = fc.oneof(
  fc.integer({ min: fileTime - 2_000, max: fileTime + 300 }).map(String),
  fc.integer({ min: fileTime - 2_000, max: fileTime + 300 }).map((seconds) => `"${seconds}"`),
  fc.integer({ min: (fileTime - 2_000) * 1_000, max: fileTime * 1_000 }).map(String),
);
const usual: readonly fc.Arbitrary<string>[] = [
  mostly(oneOf('"view_item"', '"app_open"', '" View  Item "'), anyValue).map((text) => `"event_name":${text}`),
  mostly(
    goodTime,
    fc.oneof(
      anyNumber,
      anyNumber.map((text) => `" ${text}\\n"`),
      anyValue,
    ),
    3,
  ).map((text) => `"timestamp":${text}`),
  mostly(anyString, anyValue, 3).map((text) => `"device_id":${text}`),
  mostly(anyString, anyValue, 3).map((text) => `"user_id":${text}`),
  mostly(anyString, anyValue).map((text) => `"country":${text}`),
  mostly(anyString, anyValue).map((text) => `"brand":${text}`),
];

/** A line that is an event more often than not: the usual fields in any order, others among them and after them. */
export const anyLine: fc.Arbitrary<string> = fc
  .tuple(
    fc.tuple(...usual).chain((members) => fc.shuffledSubarray(members, { minLength: 5 })),
    fc.array(memberText(anyValue), { maxLength: 3 }),
    blank,
    fc.nat(),
    mostly(oneOf('', '\r', ' '), oneOf(',', '}', 'x', '\u00a0', '\0', ' {}', '\f'), 12),
  )
  .map(([members, others, start, place, end]) => {
    const all = [...members];
    for (const other of others) all.splice(place % (all.length + 1), 0, other);
    return `${start}{${all.join()}}${end}`;
  });

/** What is no object, or no JSON at all. */
export const otherLine = fc.oneof(
  oneOf(
    '',
    ' ',
    '\t\r',
    '{',
    '}',
    '{}',
    '[]',
    '[{}]',
    'null',
    '"a"',
    '1',
    '\ufeff',
    '\ufeff{}',
    '\u00a0',
    '\0',
    '{"a":1}{"b":2}',
    '\\',
    '"',
  ),
  anyValue,
);

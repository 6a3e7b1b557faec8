import { fieldsOf, lineOf, textOf, withFirst, withValues } from './json-fields.ts';
import type { Random } from './random.ts';

/** Changes how a line is written. What it becomes is still an event, of another id in some cases, or a blank line. */
type Untidy = (line: string, random: Random) => string;

const json = JSON.stringify;

export const untidyWays: { readonly [name: string]: Untidy } = {
  upperCase: (line) =>
    withValues(line, {
      country: json(textOf(line, 'country').toUpperCase()),
      brand: json(textOf(line, 'brand').toUpperCase()),
      device_id: json(textOf(line, 'device_id').toUpperCase()),
    }),
  spaced: (line) =>
    withValues(line, {
      country: json(`  ${textOf(line, 'country')}\t`),
      brand: json(`\u00a0${textOf(line, 'brand')} `),
      device_id: json(` ${textOf(line, 'device_id')}\r\n`),
      event_name: json(` ${textOf(line, 'event_name')} `),
    }),
  spacedWithin: (line) =>
    withValues(line, { brand: json(`${textOf(line, 'brand')} \t Pro`), country: '"south \\u2003 africa"' }),
  escaped: (line) =>
    withValues(line, {
      brand: `"${escapes(textOf(line, 'brand'))}"`,
      title: '"Caf\\u00e9 \\"Zur Post\\", 2\\/3 rooms\\n\\\\o\\/"',
      url: '"https:\\/\\/example.com\\/item\\/4711"',
    }),
  escapedKeys: (line) =>
    lineOf(fieldsOf(line).map(([key, value]) => [`"${escapes(key.slice(1, 2))}${key.slice(2)}`, value] as const)),
  numbersAsIds: (line, random) =>
    withValues(line, {
      user_id: String(random.below(1_000_000)),
      device_id: random.pick([
        String(random.below(1_000_000)),
        `${random.below(9) + 1}.5e3`,
        `-0.${random.below(9) + 1}`,
      ]),
    }),
  duplicateKeys: (line) =>
    withFirst(line, ['"brand"', '"first"'], ['"timestamp"', '1'], ['"device_id"', 'null'], ['"event_name"', '"first"']),
  nestedLookAlikes: (line) =>
    withFirst(
      line,
      [
        '"context"',
        '{"event_name":"app_open","timestamp":1,"device_id":"nested","country":"xx","brand":{"brand":"nested"}}',
      ],
      ['"items"', '[{"brand":"nested"},["user_id","nested"],"\\"brand\\":\\"text\\"",{"country":"xx"}]'],
    ),
  looseSpaces: (line, random) => `  ${lineOf(fieldsOf(line), ' : ', random.pick([' , ', ',\t', ' ,  ']))} \t`,
  carriageReturn: (line) => `${line}\r`,
  blank: (_line, random) => random.pick(['', ' ', '\r', ' \t \r']),
  nonAscii: (line, random) =>
    withValues(line, {
      title: random.pick([
        '"Łódź, żółta – 3 zł"',
        '"İstanbul’da kiralık daire"',
        '"Продам велосипед 🚲"',
        '"سيارة للبيع"',
      ]),
      user_id: random.pick(['"Zażółć Gęślą"', '"ΣΊΣΥΦΟΣ"', '"İZMİR-7"', '"用户 42"', '"STRASSE-ß"', '"👩‍🚀"']),
    }),
  otherTimestamps: (line, random) => withValues(line, { timestamp: random.pick(writings)(secondsOf(line)) }),
  noUser: (line, random) =>
    withValues(line, { user_id: random.pick(['null', '""', '" \\t"', 'true', '{}', '["7"]', '1e999']) }),
  loneSurrogate: (line, random) =>
    withValues(line, { user_id: random.pick(['"\\ud83d"', '"a\\udE00b"', '"\\ude00\\ud83d"']) }),
  longText: (line) => withValues(line, { user_id: json('é'.repeat(513)), title: json('long '.repeat(400)) }),
  fewFields: (line) =>
    lineOf(fieldsOf(line).filter(([key]) => /event_name|timestamp|device_id|country|brand/.test(key))),
};

export const anyUntidyWay = (random: Random): Untidy => random.pick(ways);

const ways = Object.values(untidyWays);

const escapes = (text: string): string =>
  [...text].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');

const writings: readonly ((seconds: number) => string)[] = [
  (seconds) => `${seconds}.0`,
  (seconds) => `${(seconds / 1e9).toFixed(9)}e9`,
  (seconds) => `"${seconds}"`,
  (seconds) => `" ${seconds}\\t"`,
  (seconds) => `${seconds}999`,
  (seconds) => `"${seconds}999"`,
];

/** The line's own timestamp may be text or milliseconds: both have the seconds in their first ten digits. */
const secondsOf = (line: string): number => Number(textOf(line, 'timestamp').slice(0, 10));

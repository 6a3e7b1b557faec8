import type { RejectReason } from '@neartime/schemas';
import { withFirst, withValues } from './json-fields.ts';
import type { Line } from './gzip-lines.ts';
import type { Random } from './random.ts';

/** Spoils a good line so that it is rejected for one reason; `fileTime` is that of its file. */
type Spoil = (line: string, random: Random, fileTime: number) => Line;

/** These take a megabyte, or ten thousand lines: no share of ordinary lines. */
type RareReason = 'line_too_long' | 'too_many_windows';

const nameAt = '{"event_name":"'.length;

export const badLines: { readonly [reason in Exclude<RejectReason, RareReason>]: Spoil } = {
  not_utf8: (line, random) => {
    const bytes = Buffer.from(line);
    bytes[nameAt + random.below(6)] = random.pick([0xff, 0xc3, 0xed, 0x80]);
    return bytes;
  },
  not_json: (line, random) =>
    random.pick([
      line.slice(0, 1 + random.below(line.length - 1)),
      `${line}}`,
      line + line,
      line.replaceAll('"', "'"),
      line.replace('"timestamp":', '"timestamp":0'),
      line.replace(/}$/, ',}'),
      line.replace('"country":', '"nothing":NaN,"country":'),
      line.replace('"country":"', '"country":"\t'),
      `\ufeff\ufeff${line}`,
      '2018-08-01 09:12:44 ERROR tracker: buffer full',
    ]),
  not_object: (line, random) => random.pick([`[${line}]`, JSON.stringify(line), '42', 'null', 'true', '[]']),
  missing_event_name: (line, random) =>
    withValues(line, {
      event_name: random.pick([undefined, '""', '" \\t"', 'null', 'true', '{"name":"app_open"}', '["app_open"]']),
    }),
  bad_timestamp: (line, random) =>
    withValues(line, {
      timestamp: random.pick([
        undefined,
        'null',
        '0',
        '-1533117754',
        '1533117754.5',
        '946684799',
        '4102444800',
        '1e20',
        '1e999',
        '""',
        '"yesterday"',
        '"2018-08-01T09:30:00Z"',
        '"1533117754.0"',
        '"+1533117754"',
        '[1533117754]',
      ]),
    }),
  timestamp_in_future: (line, random, fileTime) =>
    withValues(line, {
      timestamp: String(fileTime + random.pick([301, 3_600, 86_400, 31_536_000]) + random.below(600)),
    }),
  missing_country: (line, random) => withValues(line, { country: random.pick(noText) }),
  missing_brand: (line, random) =>
    random.chance(0.5)
      ? withValues(line, { brand: random.pick(noText) })
      : withFirst(withValues(line, { brand: 'null' }), ['"brand"', '"first"']),
  no_entity_id: (line, random) => withValues(line, { device_id: random.pick(noText), user_id: random.pick(noText) }),
};

export const anyBadLine = (random: Random): Spoil => random.pick(spoils);

const spoils = Object.values(badLines);

const noText = [
  undefined,
  'null',
  '""',
  '"  \\u00a0"',
  'false',
  '[]',
  '{"code":"pl"}',
  JSON.stringify('x'.repeat(1_025)),
];

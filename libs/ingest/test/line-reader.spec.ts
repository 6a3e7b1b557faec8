import { line, lineTooLong } from '@neartime/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyLine, otherLine } from './arbitrary-lines.ts';
import { expected, fileTime, read, readLine } from './read-lines.ts';

/** The line with the JSON text of a value in the place of a field's. */
const withText = (field: string, text: string): string => line({ [field]: 'HERE' }).replace('"HERE"', text);
const bytes = (...parts: readonly (string | readonly number[])[]): Buffer =>
  Buffer.concat(parts.map((part) => Buffer.from(part as string)));

function expectAsOracle(content: Uint8Array | string): void {
  const buffer = Buffer.from(content as string);
  expect(read([buffer])).toEqual(expected(buffer));
}

it('reads every line as JSON.parse and the line rules do, whatever it holds', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof({ weight: 5, arbitrary: anyLine }, { weight: 1, arbitrary: otherLine }), { maxLength: 6 }),
      (lines) => {
        expectAsOracle(lines.join('\n'));
      },
    ),
    { numRuns: 1_500 },
  );
});

describe('a field', () => {
  const event = line({ device_id: undefined, user_id: undefined, country: undefined, brand: undefined }).slice(0, -1);
  it.each([
    ['comes twice: the last counts', ',"brand":"a","country":"pl","brand":"b","user_id":"u"}'],
    ['comes twice, the last as null', ',"brand":"a","country":"pl","user_id":"u","brand":null}'],
    ['comes twice, the last as an object', ',"brand":"a","country":"pl","user_id":"u","brand":{"brand":"b"}}'],
    ['comes twice, the last as an empty text', ',"brand":"a","country":"pl","user_id":"u","brand":" "}'],
    ['comes twice, the first uncleaned', ',"brand":" A  A","country":"pl","user_id":"u","brand":"b"}'],
    ['comes twice, a text and a number', ',"brand":"a","country":"pl","user_id":"u","brand":7}'],
    ['comes twice, first with an escape', ',"brand":"\\u0041","country":"pl","user_id":"u","brand":"b"}'],
    ['comes last with its key escaped', ',"brand":"a","country":"pl","user_id":"u","br\\u0061nd":"b"}'],
    [
      'comes with its key escaped throughout',
      ',"\\u0062\\u0072\\u0061\\u006E\\u0064":"b","country":"pl","user_id":"u"}',
    ],
    ['comes first with its key escaped', ',"\\u0064evice_id":"first","brand":"a","country":"pl","device_id":"last"}'],
    ['is nested in another', ',"p":{"brand":"b","country":"pl","user_id":"u"}}'],
    ['is nested in an array', ',"p":[{"brand":"b"},"brand",["country"]],"country":"pl","user_id":"u"}'],
    ['is the text of another', ',"p":"\\"brand\\":\\"b\\"","country":"pl","user_id":"u"}'],
    ['has a key that a space follows', ',"brand ":"b","country":"pl","user_id":"u"}'],
    ['has a key in capitals', ',"Brand":"b","country":"pl","user_id":"u"}'],
    ['has a key with a NUL behind', ',"brand\\u0000":"b","country":"pl","user_id":"u"}'],
    ['is in the prototype', ',"__proto__":{"brand":"b"},"country":"pl","user_id":"u"}'],
    ['stands beside a prototype', ',"__proto__":null,"brand":"b","country":"pl","user_id":"u"}'],
    ['stands beside an empty key', ',"":1,"brand":"b","country":"pl","user_id":"u"}'],
  ])('%s', (_, rest) => expectAsOracle(event + rest));

  it('is the same wherever white space may stand, and only JSON white space may', () => {
    const spaced = (space: string) =>
      `${space}{${space}"event_name"${space}:${space}"view_item"${space},${space}"timestamp"${space}:${space}${fileTime}${space},` +
      `"user_id":${space}1${space},"country":${space}"pl"${space},"p":${space}[${space}1${space},{${space}"a"${space}:${space}null${space}}${space}]${space},"brand":"olx"${space}}${space}`;
    for (const space of [' ', '\t', '\r', ' \r\t '])
      expect(readLine(spaced(space))).toHaveProperty('event.brand', 'olx');
    for (const space of ['\f', '\v', '\0', '\u00a0', '\ufeff', '\u2028', '\u3000', '\b']) {
      expect(readLine(spaced(space))).toHaveProperty('reason', 'not_json');
    }
  });
});

describe('a number', () => {
  const numbers = [
    ...[
      '0',
      '-0',
      '00',
      '01',
      '0123',
      '-01',
      '1.0',
      '1.',
      '.1',
      '1e9',
      '1E9',
      '1e',
      '1e+',
      '1E+9',
      '1E400',
      '-1E400',
      '1e-400',
    ],
    ...['+1', '--1', '-', '1-', '0x10', '1_000', 'Infinity', 'NaN', '1 2', '1a', '12345678901234', '123456789012345'],
    ...['999999999999999', '1234567890123456', '9007199254740993', '12345678901234567', '123456789012345678'],
    ...['1234567890123456789', '12345678901234567890', '1e21', '1.5e300', '0.000001', '1e-7', '-1.50', '١'],
  ];
  it.each(numbers)('as an id, unknown field and timestamp: %s', (text) => {
    for (const field of ['user_id', 'event_name', 'p', 'timestamp']) expectAsOracle(withText(field, text));
  });

  it.each([
    ...[946_684_799, 946_684_800, 946_684_801, 4_102_444_799, 4_102_444_800, 99_999_999_999, 100_000_000_000],
    ...[946_684_799_999, 946_684_800_000, 4_102_444_799_999, 4_102_444_800_000, 0, 1, 1e15, 999_999_999_999_999],
    ...[fileTime + 299, fileTime + 300, fileTime + 301, fileTime * 1000 + 300_999, fileTime * 1000 + 301_000],
  ])('as a timestamp at an edge, in every form: %d', (edge) => {
    const forms = [
      `${edge}`,
      `"${edge}"`,
      `" ${edge}"`,
      `"${edge}\\n"`,
      `"\\ufeff${edge}\u00a0"`,
      `"000${edge}"`,
      `0${edge}`,
    ];
    const others = [
      `${edge}.0`,
      `${edge}.5`,
      `${edge}e0`,
      `"${edge}.0"`,
      `"${edge}e0"`,
      `"+${edge}"`,
      `"-${edge}"`,
      `-${edge}`,
    ];
    for (const form of [...forms, ...others, `[${edge}]`, `{"t":${edge}}`]) expectAsOracle(withText('timestamp', form));
  });

  it.each([
    '""',
    '" "',
    '"1 5"',
    '"１２"',
    '"0x5b61a53a"',
    'true',
    'null',
    '[]',
    '{}',
    '"1533117754\\u0000"',
    '"15331177\\u00354"',
  ])('as a timestamp that may be none: %s', (text) => expectAsOracle(withText('timestamp', text)));
});

describe('a text', () => {
  const spaces = [
    ' ',
    '\t',
    '\n',
    '\v',
    '\f',
    '\r',
    '\u00a0',
    '\u1680',
    '\u2000',
    '\u200a',
    '\u2028',
    '\u2029',
    '\u202f',
    '\u205f',
    '\u3000',
    '\ufeff',
  ];
  const noSpaces = ['\0', '\u001c', '\u001f', '\u0085', '\u180e', '\u200b', '\u200d', '\u2060'];
  it.each([...spaces, ...noSpaces].map((space) => [space.charCodeAt(0).toString(16), space]))(
    'around U+%s',
    (_, space) => {
      for (const text of [space, `${space}A${space}B${space}`, `A ${space} B`, ` ${space} `, `A${space}${space}B`]) {
        for (const field of ['device_id', 'event_name']) {
          expectAsOracle(line({ [field]: text }));
          expectAsOracle(withText(field, JSON.stringify(text).replaceAll(space, JSON.stringify(space).slice(1, -1))));
          const hex = space.charCodeAt(0).toString(16).padStart(4, '0');
          expectAsOracle(withText(field, JSON.stringify(text.replaceAll(space, '#')).replaceAll('#', `\\u${hex}`)));
        }
      }
    },
  );

  it.each([
    ...[
      'İSTANBUL',
      'I',
      'ı',
      'ΣΊΣΥΦΟΣ',
      'ΑΣ',
      'ΑΣ ',
      'ΑΣ Σ',
      'Σ',
      'AΣ.',
      'AΣ\u00ad',
      'ẞ',
      'ǅ',
      '\u212a',
      'ﬀ',
      '𐐀',
      'Ⅷ',
      'e\u0301\u0301',
    ],
    ...['\ufffd', '😀', '\u0000', 'a\u0000b', '"', '\\', '/', '\u007f', '<!--'],
  ])('in any script: %j', (text) => {
    for (const field of ['device_id', 'country', 'event_name', 'p']) expectAsOracle(line({ [field]: text }));
  });

  it.each([
    ...[
      '"\\ud83d\\ude00"',
      '"\\ud83d"',
      '"\\ude00"',
      '"\\ude00\\ud83d"',
      '"\\ud83d\\ud83d\\ude00"',
      '"\\uD83D x"',
      '"\\ud83d\\u0020\\ude00"',
    ],
    ...[
      '"\\u0000"',
      '"a\\u0000"',
      '"\\/"',
      '"\\b\\f\\n\\r\\t"',
      '"\\u0041"',
      '"\\u00e9"',
      '"\\u0130"',
      '"\\u03a3"',
      '"\\u00A0"',
      '"\\\\"',
      '"\\""',
    ],
    ...[
      '"\\a"',
      '"\\u"',
      '"\\u12"',
      '"\\u123"',
      '"\\u123g"',
      '"\\U0041"',
      '"\\x41"',
      '"\\\'"',
      '"\\',
      '"\\"',
      '"\\u00',
      '"\\u 041"',
      '"\\0"',
      "'a'",
    ],
  ])('with escapes: %s', (text) => {
    for (const field of ['device_id', 'brand', 'event_name', 'p', 'timestamp']) expectAsOracle(withText(field, text));
    expectAsOracle(line().replace('"brand"', text));
    expectAsOracle(line().replace('{', `{"p":{${text}:${text}},`));
  });

  it.each([
    ['ASCII', 'x', 1],
    ['capitals', 'X', 1],
    ['two bytes', 'é', 2],
    ['three bytes', '日', 3],
    ['four bytes', '😀', 4],
    ['a surrogate', '\ud800', 3],
    ['a letter that grows by lower-casing', 'İ', 3],
    ['an escape', '\n', 1],
    ['a backslash', '\\', 1],
  ])('is missing above 1,024 bytes of UTF-8, counted when it is clean: %s', (_, character, size) => {
    const around = Math.floor(1_024 / size);
    for (const times of [around - 1, around, around + 1]) {
      for (const rest of ['', 'y', 'yy', 'yyy']) {
        const text = `y${character.repeat(times)}${rest}`;
        for (const field of ['device_id', 'country', 'event_name', 'p']) expectAsOracle(line({ [field]: text }));
        expectAsOracle(line({ device_id: `${' '.repeat(600)}${text}${' '.repeat(600)}` }));
        expectAsOracle(line({ brand: `y${' '.repeat(600)}${text}` }));
        expectAsOracle(line({ event_name: `${text} ` }));
      }
    }
  });
});

describe('bytes that are not UTF-8', () => {
  const faults: readonly (readonly number[])[] = [
    ...[
      [0x80],
      [0xbf],
      [0xc0, 0x80],
      [0xc1, 0xbf],
      [0xc3],
      [0xe2, 0x82],
      [0xe0, 0x80, 0x80],
      [0xe0, 0x9f, 0xbf],
      [0xed, 0xa0, 0x80],
    ],
    ...[
      [0xed, 0xbf, 0xbf],
      [0xf0, 0x9f, 0x98],
      [0xf0, 0x80, 0x80, 0x80],
      [0xf0, 0x8f, 0xbf, 0xbf],
      [0xf4, 0x90, 0x80, 0x80],
    ],
    ...[
      [0xf5, 0x80, 0x80, 0x80],
      [0xf8, 0x88, 0x80, 0x80, 0x80],
      [0xfe],
      [0xff],
      [0xc3, 0x28],
      [0xe2, 0x28, 0xa1],
      [0xf0, 0x28, 0x8c, 0xbc],
    ],
    // These are UTF-8, at the edges.
    ...[
      [0xc2, 0x80],
      [0xdf, 0xbf],
      [0xe0, 0xa0, 0x80],
      [0xed, 0x9f, 0xbf],
      [0xee, 0x80, 0x80],
      [0xef, 0xbf, 0xbf],
      [0xf0, 0x90, 0x80, 0x80],
      [0xf4, 0x8f, 0xbf, 0xbf],
    ],
  ];
  it.each(faults.map((fault) => [Buffer.from(fault).toString('hex'), fault] as const))(
    'are told wherever they stand: %s',
    (_, fault) => {
      const mark = 'HERE';
      const places = [
        ...['device_id', 'event_name', 'timestamp', 'p'].map((field) => line({ [field]: `a${mark}` })),
        line({ p: { q: [`${mark}b`] } }),
        line({ p: { [mark]: 1 } }),
        line({ [mark]: 1 }),
        `${line()}${mark}`,
        `${mark}${line()}`,
        line().replace(':', `:${mark}`),
        line({ p: mark }).slice(0, -1),
        `{"p":"${mark}","brand":`,
        `["${mark}"]`,
        mark,
      ];
      for (const place of places) {
        const [before, after] = place.split(mark);
        expectAsOracle(bytes(before, fault, after));
      }
    },
  );
});

describe('what is no JSON', () => {
  const whole = line({ p: [{ a: [1, 'x', null] }], q: true });
  it('is told wherever a line is cut off', () => {
    for (let length = 0; length <= whole.length; length++) expectAsOracle(`${whole.slice(0, length)}\n${line()}`);
  });

  it('is told wherever any one character is taken out, doubled or replaced', () => {
    for (let place = 0; place < whole.length; place++) {
      const [before, after] = [whole.slice(0, place), whole.slice(place + 1)];
      const edits = [
        '',
        whole[place].repeat(2),
        ...['"', '\\', ',', ':', '{', '}', '[', ']', '0', 'e', '\t', '\0', '\u001f', 'é'],
      ];
      const content = Buffer.from(edits.map((edit) => before + edit + after).join('\n'));
      expect(read([content])).toEqual(expected(content));
    }
  });

  it.each([
    ...[
      '{,}',
      '{"a":1,}',
      '{"a":1,,"b":2}',
      '{"a" 1}',
      '{"a"}',
      '{a:1}',
      '{1:1}',
      '{"a":}',
      '{:1}',
      '{"a":1;"b":2}',
      '{"a":1 "b":2}',
    ],
    ...[
      '{"a":[1,]}',
      '{"a":[,1]}',
      '{"a":[1 2]}',
      '{"a":[1}',
      '{"a":{"b":1]}',
      '{"a":]}',
      '{}}',
      '{}{}',
      '{} x',
      '{"a":1}//',
      '/**/{}',
      '{"a":tru}',
    ],
    ...[
      '{"a":nulll}',
      '{"a":truefalse}',
      '{"a":falsE}',
      '{"a":undefined}',
      '{"a":\'b\'}',
      '{"a":"b',
      '{"a":"b\\"}',
      '{"a":01}',
      '{"a":1.}',
      '{"a":-}',
    ],
  ])('%s', (text) => {
    expectAsOracle(text);
    expectAsOracle(line().slice(0, -1) + text.replace('{', ','));
    expectAsOracle(line({ p: 'HERE' }).replace('"HERE"', text));
  });

  it('a raw control character in a string, key or elsewhere', () => {
    for (let code = 0; code < 32; code++) {
      const control = String.fromCharCode(code);
      const places = ['device_id', 'event_name', 'p'].map((field) => line({ [field]: 'aHEREb' }));
      for (const place of [...places, line({ aHEREb: 1 }), line({ p: { aHEREb: ['HERE'] } })]) {
        expectAsOracle(place.replaceAll('HERE', control));
      }
    }
  });
});

describe('a deep line', () => {
  it.each([1, 29, 30, 31, 32, 33, 64, 1_000, 100_000])('is read to its end at depth %d', (depth) => {
    const arrays = '['.repeat(depth) + ']'.repeat(depth);
    const objects = '{"brand":'.repeat(depth) + '1' + '}'.repeat(depth);
    const mixed = '[{"a":'.repeat(depth / 2) + '[]' + '}]'.repeat(depth / 2);
    for (const deep of [arrays, objects, mixed]) {
      for (const field of ['p', 'brand', 'device_id']) {
        if (deep.length > 1_000_000) continue;
        expectAsOracle(withText(field, deep));
        expectAsOracle(withText(field, deep.slice(0, -1)));
        expectAsOracle(withText(field, `${deep}]`));
        expectAsOracle(withText(field, deep.replace('[]', '[}')));
      }
      expectAsOracle(deep.slice(0, 1_000_000));
    }
  });

  it.each([29, 30, 31, 32, 33, 34, 64])('is closed by what opened it, at each of %d levels', (depth) => {
    for (let level = 0; level < depth; level++) {
      const kinds = Array.from({ length: depth }, (_, place) => (place * 7 + level) % 3 === 0);
      const opened = kinds.map((isObject) => (isObject ? '{"a":' : '[')).join('');
      const closed = kinds.map((isObject) => (isObject ? '}' : ']')).reverse();
      const value = opened + '0' + closed.join('');
      expect(readLine(withText('p', value))).toHaveProperty('event');
      closed[level] = closed[level] === '}' ? ']' : '}';
      expect(readLine(withText('p', opened + '0' + closed.join('')))).toHaveProperty('reason', 'not_json');
    }
  });
});

describe('the first line', () => {
  it.each([
    ...[
      '\ufeff',
      '\ufeff\ufeff',
      '\ufeff \r',
      '\ufeff\n',
      `\ufeff${line()}`,
      ` \ufeff${line()}`,
      `\ufeff\ufeff${line()}`,
      `\ufeff ${line()}`,
    ],
    ...[
      `${line()}\n\ufeff${line()}`,
      `\n\ufeff${line()}`,
      `\ufeff${line()}\n\ufeff${line()}`,
      `\ufeff${line({ device_id: '\ufeffé' })}`,
    ],
    ...['', '\n', '\r\n', '\n\n', '\ufeff{', '\ufeff[]', `\ufeff${lineTooLong()}`],
  ])('may begin with a byte order mark, and no other: %#', expectAsOracle);

  it('is read when its byte order mark is not whole', () => {
    for (const mark of [[0xef], [0xef, 0xbb], [0xbb, 0xbf], [0xef, 0xbb, 0x20], [0xfe, 0xff]]) {
      expectAsOracle(bytes(mark, line()));
      expectAsOracle(bytes(mark, '\n', line()));
      expectAsOracle(bytes(mark));
    }
  });
});

it('counts the first reason that holds', () => {
  const faults: readonly (readonly [string, Record<string, unknown>])[] = [
    ['missing_event_name', { event_name: ' ' }],
    ['bad_timestamp', { timestamp: 1 }],
    ['timestamp_in_future', { timestamp: fileTime + 301 }],
    ['missing_country', { country: null }],
    ['missing_brand', { brand: [] }],
    ['no_entity_id', { device_id: '' }],
  ];
  for (let first = 0; first < faults.length; first++) {
    for (let mask = 0; mask < 2 ** (faults.length - first - 1); mask++) {
      const others = faults.slice(first + 1).filter((_, place) => mask & (1 << place));
      // Where two speak of one field, the earlier reason's value stands.
      const fields = Object.assign({}, ...others.map(([, fault]) => fault), faults[first][1]);
      const found = readLine(line(fields));
      expect(found).toEqual({ line: 1, reason: faults[first][0] });
      expectAsOracle(line({ ...fields, p: '\\' }));
      expect(readLine(`${line(fields)},`)).toHaveProperty('reason', 'not_json');
      expect(readLine(bytes(`${line(fields)},`, [0xff]))).toHaveProperty('reason', 'not_utf8');
    }
  }
});

import { describe, expect, it } from 'vitest';
import { at, line, lineTooLong, oracleLine, type OracleEvent } from './index.ts';

const fileTime = at('10:10');
const read = (text: string | Buffer) => oracleLine(Buffer.from(text as string), fileTime);
const event = (fields: Record<string, unknown>) => read(line(fields)) as OracleEvent;
/** The line with the JSON text of a value in the place of a field's. */
const withText = (field: string, text: string) => read(line({ [field]: 'HERE' }).replace('"HERE"', text));

describe('a line by itself', () => {
  it('is an event with its fields cleaned', () => {
    expect(read(line({ country: ' PL ', brand: 'OLX \t Cars', user_id: 42 }))).toEqual({
      eventName: 'view_item',
      timestamp: at('10:03'),
      deviceId: 'device-1',
      userId: '42',
      country: 'pl',
      brand: 'olx cars',
    });
  });

  it.each([
    ['nothing', ''],
    ['spaces, tabs and carriage returns', ' \t\r '],
    ['as many spaces as a line may have bytes', ' '.repeat(1_048_576)],
  ])('is blank when it holds %s', (_, text) => expect(read(text)).toBe('blank'));

  it.each([
    ['line_too_long', lineTooLong()],
    ['line_too_long', ' '.repeat(1_048_577)],
    ['not_utf8', Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')])],
    ['not_utf8', Buffer.from([0x20, 0xff])],
    ['not_json', line().slice(0, -1)],
    ['not_json', `${line()}x`],
    ['not_json', `\ufeff${line()}`],
    ['not_json', '\u00a0'],
    ['not_json', '{"a":NaN}'],
    ['not_object', '[]'],
    ['not_object', 'null'],
    ['not_object', '"text"'],
    ['missing_event_name', '{}'],
    ['missing_event_name', line({ event_name: ' ' })],
    ['missing_event_name', line({ event_name: null })],
    ['missing_event_name', line({ event_name: ['view_item'] })],
    ['missing_event_name', line({ event_name: 'x'.repeat(1_025) })],
    ['bad_timestamp', line({ timestamp: undefined })],
    ['timestamp_in_future', line({ timestamp: fileTime + 301, country: null })],
    ['missing_country', line({ country: '\u2003\ufeff', brand: null })],
    ['missing_brand', line({ brand: false, device_id: null })],
    ['no_entity_id', line({ device_id: undefined })],
    ['no_entity_id', line({ device_id: '', user_id: {} })],
    ['no_entity_id', line({ device_id: 'é'.repeat(513) })],
  ])('is rejected as %s: %.40s', (reason, text) => expect(read(text)).toBe(reason));

  it('may be as long as the limit says, and as late as the tolerance says', () => {
    expect(read(lineTooLong().replace('xx', 'x'))).toBeTypeOf('object');
    expect(event({ timestamp: fileTime + 300 }).timestamp).toBe(fileTime + 300);
  });
});

describe('a byte order mark', () => {
  it('is passed over in the first line of a file alone, though it counts toward the length of the line', () => {
    const marked = Buffer.from(`\ufeff${line()}`);
    expect(oracleLine(marked, fileTime, true)).toEqual(read(line()));
    expect(oracleLine(marked, fileTime)).toBe('not_json');
    expect(oracleLine(Buffer.from('\ufeff \r'), fileTime, true)).toBe('blank');
    expect(oracleLine(Buffer.from(`\ufeff${lineTooLong().replace('xx', 'x')}`), fileTime, true)).toBe('line_too_long');
  });
});

describe('a timestamp', () => {
  it.each([
    ['1533117754', 1_533_117_754],
    ['"1533117754"', 1_533_117_754],
    ['" 1533117754\\n"', 1_533_117_754],
    ['"0001533117754"', 1_533_117_754],
    ['1533117754999', 1_533_117_754],
    ['"1533117754999"', 1_533_117_754],
    ['1.5e9', 1_500_000_000],
    ['1533117754.0', 1_533_117_754],
    ['946684800', 946_684_800],
    ['946684800000', 946_684_800],
  ])('of %s is %d', (text, seconds) => expect(withText('timestamp', text)).toMatchObject({ timestamp: seconds }));

  it.each([
    '1.5',
    '1533117754.5',
    '1533117754999.5',
    '"1.5e9"',
    '"-1533117754"',
    '"+1533117754"',
    '""',
    '" "',
    '"0x5b"',
    'true',
    'null',
    '[1533117754]',
  ])('of %s is bad', (text) => expect(withText('timestamp', text)).toBe('bad_timestamp'));

  it.each(['0', '-0', '946684799', '4102444800', '100000000000', '4102444800000', '1e999', `"${'9'.repeat(400)}"`])(
    'of %s is outside the century',
    (text) => expect(withText('timestamp', text)).toBe('bad_timestamp'),
  );
});

describe('a text', () => {
  it.each([
    ['"  A\\u00a0\\t B "', 'a b'],
    ['"\\ufeffx\\u2028"', 'x'],
    ['"\\u0085x"', '\u0085x'],
    ['"İZMİR"', 'i̇zmi̇r'],
    ['"ΣΊΣΥΦΟΣ"', 'σίσυφος'],
    ['"a\\ud83d"', 'a\ufffd'],
    ['"\\ud83d\\ude00"', '😀'],
    ['"\\/\\u0041"', '/a'],
    ['7', '7'],
    ['-0', '0'],
    ['1.50', '1.5'],
    ['1e21', '1e+21'],
    ['1E-7', '1e-7'],
    ['12345678901234567890', '12345678901234567000'],
  ])('of %s is %s', (text, cleaned) => expect(withText('user_id', text)).toMatchObject({ userId: cleaned }));

  it.each([
    'null',
    'true',
    '{}',
    '["a"]',
    '""',
    '"\\u3000"',
    '1e999',
    `"${'x'.repeat(1_025)}"`,
    `"${'\\ud800'.repeat(342)}"`,
  ])('of %.30s is missing', (text) => expect(withText('user_id', text)).toMatchObject({ userId: undefined }));

  it('that is an event name keeps its case and its inner spaces', () => {
    expect(withText('event_name', '" View  Item\\t"')).toMatchObject({ eventName: 'View  Item' });
  });
});

describe('a field', () => {
  it('is the last of its name, at the top only, however its key is written', () => {
    expect(read(line().replace('{', '{"brand":"first","p":{"brand":"nested"},'))).toMatchObject({ brand: 'olx' });
    expect(read(line().replace('}', ',"br\\u0061nd":"last"}'))).toMatchObject({ brand: 'last' });
    expect(read(line().replace('}', ',"brand":null}'))).toBe('missing_brand');
    expect(read('{"__proto__":{"event_name":"view_item"}}')).toBe('missing_event_name');
  });
});

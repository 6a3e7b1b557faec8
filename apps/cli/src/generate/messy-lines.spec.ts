import { describe, expect, it } from 'vitest';
import { oracleLine, type OracleEvent } from '@neartime/testing';
import { badLines } from './bad-line.ts';
import { activeDevices } from './device.ts';
import { eventLine } from './event-line.ts';
import { Random } from './random.ts';
import { sources } from './source.ts';
import { untidyWays } from './untidy-line.ts';

const fileTime = Date.parse('2018-08-01T10:42:34Z') / 1_000;
const random = new Random(7, 'messy lines');

/** Good lines of sources that write their timestamps in each way. */
function* goodLines(count: number): Generator<string> {
  for (const source of sources(4)) {
    const devices = activeDevices(source, 100, random);
    for (let n = 0; n < count; n++) yield eventLine(source, random.pick(devices), fileTime - n, random);
  }
}
const read = (line: string | Uint8Array) => oracleLine(Buffer.from(line as Uint8Array), fileTime);
const readAll = (lines: (string | Uint8Array)[]) =>
  new Set(lines.map(read).map((result) => (typeof result === 'string' ? result : 'event')));

describe('a line as the trackers write it', () => {
  it('is an event of its source, whichever way it writes timestamps', () => {
    for (const source of sources(20)) {
      const [device] = activeDevices(source, 14, random);
      expect(read(eventLine(source, device!, fileTime - 60, random))).toMatchObject({
        timestamp: fileTime - 60,
        brand: source.brand,
      });
    }
  });

  it('has the fields of a tracker and no others', () => {
    const [line] = goodLines(1);
    expect(Object.keys(JSON.parse(line!)).filter((key) => key !== 'user_id')).toEqual([
      'event_name',
      'timestamp',
      'device_id',
      'country',
      'brand',
      'platform',
      'app_version',
      'session_id',
      'device_model',
      'os_version',
      'language',
      'item_id',
      'category_id',
      'price',
      'params',
    ]);
  });
});

describe('a bad line', () => {
  it.each(Object.entries(badLines))('is rejected as %s and as nothing else', (reason, spoil) => {
    expect(readAll([...goodLines(100)].map((line) => spoil(line, random, fileTime)))).toEqual(new Set([reason]));
  });
});

describe('an untidy line', () => {
  it.each(Object.entries(untidyWays))('stays an event, or is blank: %s', (name, untidy) => {
    const lines = [...goodLines(50)];
    expect(readAll(lines.map((line) => untidy(line, random)))).toEqual(new Set([name === 'blank' ? 'blank' : 'event']));
  });

  it.each([
    'upperCase',
    'spaced',
    'escaped',
    'escapedKeys',
    'duplicateKeys',
    'nestedLookAlikes',
    'looseSpaces',
    'carriageReturn',
    'otherTimestamps',
  ])('is the same event after cleaning: %s', (name) => {
    for (const line of goodLines(20)) expect(read(untidyWays[name]!(line, random))).toEqual(read(line) as OracleEvent);
  });
});

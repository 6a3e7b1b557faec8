import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  at,
  line,
  lineTooLong,
  linesOfManyWindows,
  oracle,
  rawFilePath,
  temporaryFolder,
  writeRawBytes,
  writeRawFile,
} from './index.ts';

const olx = 'in/horizontals/olx/android';
const letgo = 'in/horizontals/letgo/ios';
const time = '2018-08-01T10:10:00Z';
const login = { event_name: 'login_sign_in_complete', user_id: 'user-1' };
const post = { event_name: 'post_item_success', user_id: 'user-1' };

/** The oracle of one raw file with these lines, or of these bytes. */
function ofLines(lines: (string | Buffer)[]) {
  using folder = temporaryFolder();
  const path = writeRawFile(folder.path, olx, time, lines);
  return { ...oracle(folder.path), counts: oracle(folder.path).files.get(path)! };
}
function ofBytes(bytes: Uint8Array, path = rawFilePath(olx, time), now?: number) {
  using folder = temporaryFolder();
  writeRawBytes(folder.path, path, bytes);
  const { files, quarantined } = oracle(folder.path, now === undefined ? {} : { now });
  return files.get(path) ?? quarantined.get(path);
}
const counts = (read: number, blank = 0, rejected = {}) => ({
  read,
  blank,
  events: read - blank - Object.values<number>(rejected).reduce((sum, count) => sum + count, 0),
  rejected,
});

describe('the rows of a feature', () => {
  it('have the latest browse of each device, country, brand and window, by partition, in the order of bytes', () => {
    using folder = temporaryFolder();
    writeRawFile(folder.path, olx, time, [
      line({ device_id: 'foobar', timestamp: at('10:03') }),
      line({ device_id: 'FooBar ', timestamp: at('10:07') }),
      line({ device_id: 'foobar', timestamp: at('10:05') }),
      line({ device_id: 'foobar', timestamp: at('10:09'), event_name: 'scroll' }),
      line({ device_id: 'foobar', timestamp: at('10:09:59'), brand: 'letgo' }),
      line({ device_id: 'foobar', timestamp: at('10:10') }),
      line({ device_id: '\uffee', timestamp: at('10:01') }),
      line({ device_id: '😀', timestamp: at('10:01') }),
    ]);
    // Kafka puts foobar in partition 2 of 4. U+FFEE is before U+1F600 in UTF-8 and after it in UTF-16.
    const { rows } = oracle(folder.path);
    const second = rows.get('device_last_browse')!.get(at('10:00'))!.get(2)!;
    expect(second.filter(({ id }) => id === 'foobar')).toEqual([
      { id: 'foobar', country: 'pl', brand: 'letgo', value: at('10:09:59') },
      { id: 'foobar', country: 'pl', brand: 'olx', value: at('10:07') },
    ]);
    expect(rows.get('device_last_browse')!.get(at('10:10'))).toEqual(
      new Map([[2, [{ id: 'foobar', country: 'pl', brand: 'olx', value: at('10:10') }]]]),
    );
    const whole = oracle(folder.path, { partitions: 1 }).rows.get('device_last_browse')!.get(at('10:00'))!;
    expect([...whole.keys()]).toEqual([0]);
    expect(whole.get(0)!.map(({ id }) => id)).toEqual(['foobar', 'foobar', '\uffee', '😀']);
  });

  it('have the latest login and the number of posts of each user, over all files', () => {
    using folder = temporaryFolder();
    writeRawFile(folder.path, olx, time, [
      line({ ...login, timestamp: at('10:01') }),
      line({ ...post, timestamp: at('10:02') }),
      line({ ...post, timestamp: at('10:02') }),
      line({ event_name: 'post_item_success' }),
    ]);
    writeRawFile(folder.path, letgo, time, [
      line({ ...login, timestamp: at('10:04'), device_id: null }),
      line({ ...post, timestamp: at('10:02') }),
    ]);
    const row = { id: 'user-1', country: 'pl', brand: 'olx' };
    const only = (value: number) => new Map([[at('10:00'), new Map([[0, [{ ...row, value }]]])]]);
    expect(oracle(folder.path, { partitions: 1 }).rows).toEqual(
      new Map([
        ['user_last_login', only(at('10:04'))],
        ['user_num_posts', only(3)],
      ]),
    );
  });

  it('are those of the features and windows that are asked for; the files are counted whole', () => {
    using folder = temporaryFolder();
    const events = [{}, login, post].flatMap((kind) =>
      ['09:59', '10:00', '10:10'].map((hour) => line({ ...kind, timestamp: at(hour) })),
    );
    const path = writeRawFile(folder.path, olx, time, events);
    const { rows, files } = oracle(folder.path, { features: ['user_num_posts'], from: at('10:00'), to: at('10:10') });
    expect([...rows.keys()]).toEqual(['user_num_posts']);
    expect([...rows.get('user_num_posts')!.keys()]).toEqual([at('10:00')]);
    expect(files.get(path)).toEqual(counts(9));
    expect(() => oracle(folder.path, { features: ['nothing'] })).toThrow('oracle: knows no feature nothing');
  });
});

describe('the lines of a file', () => {
  it('are counted as events, as blank or by the first reason for which they are rejected', () => {
    const bad = [
      lineTooLong(),
      Buffer.from([0xff]),
      '{',
      '[]',
      '{}',
      line({ timestamp: 0, brand: '' }),
      line({ timestamp: at('10:16') }),
    ];
    const missing = [line({ country: '' }), line({ brand: '' }), line({ device_id: '' })];
    expect(ofLines([line(), '', ...bad, ' \r', ...missing, line()]).counts).toEqual(
      counts(14, 2, {
        line_too_long: 1,
        not_utf8: 1,
        not_json: 1,
        not_object: 1,
        missing_event_name: 1,
        bad_timestamp: 1,
        timestamp_in_future: 1,
        missing_country: 1,
        missing_brand: 1,
        no_entity_id: 1,
      }),
    );
  });

  it('end at newlines only: the last may lack its own, and after the last newline there is no line', () => {
    expect(ofBytes(gzipSync(`${line()}\n${line()}`))).toEqual(counts(2));
    expect(ofBytes(gzipSync(`${line()}\r\n${line()}\r\n`))).toEqual(counts(2));
    expect(ofBytes(gzipSync(`${line()}\u2028\n\n`))).toEqual(counts(2, 1, { not_json: 1 }));
    expect(ofBytes(gzipSync('\n'))).toEqual(counts(1, 1));
    expect(ofBytes(gzipSync(''))).toEqual(counts(0));
  });

  it('may begin with a byte order mark in the first line, once', () => {
    expect(ofBytes(gzipSync(`\ufeff${line()}\n${line()}`))).toEqual(counts(2));
    expect(ofBytes(gzipSync(`\ufeff\n${line()}`))).toEqual(counts(2, 1));
    expect(ofBytes(gzipSync(`\ufeff\ufeff${line()}\n\ufeff${line()}`))).toEqual(counts(2, 0, { not_json: 2 }));
  });

  it('touch at most ten thousand windows: a line of one more is rejected, a line of one of these is not', () => {
    const { counts: found, rows } = ofLines([...linesOfManyWindows(at('10:03'), 2), line({ timestamp: at('10:09') })]);
    expect(found).toEqual(counts(10_003, 0, { too_many_windows: 2 }));
    expect(rows.get('device_last_browse')!.size).toBe(10_000);
  });
});

describe('a broken file', () => {
  const whole = gzipSync(`${line()}\n`.repeat(1_000));

  it('is quarantined as truncated when it ends too early', () => {
    for (const length of [0, 1, 9, 10, 11, whole.length - 9, whole.length - 1]) {
      expect(ofBytes(whole.subarray(0, length))).toBe('truncated');
    }
  });

  it('is quarantined as no gzip when it does not begin like one', () => {
    expect(ofBytes(Buffer.from(`${line()}\n`))).toBe('not_gzip');
  });

  it('is quarantined as corrupt when its bytes are no longer what gzip wrote, or when something follows them', () => {
    const changed = Buffer.from(whole);
    changed[whole.length - 6]! ^= 1;
    expect(ofBytes(changed)).toBe('corrupt');
    expect(ofBytes(Buffer.concat([whole, Buffer.alloc(512)]))).toBe('corrupt');
    expect(ofBytes(Buffer.concat([whole, Buffer.alloc(512), whole]))).toBe('corrupt');
  });

  it('is whole when it has several members', () => {
    expect(ofBytes(Buffer.concat([whole, whole]))).toEqual(counts(2_000));
    expect(ofBytes(Buffer.concat([whole, whole.subarray(0, 30)]))).toBe('truncated');
  });

  it.each([
    `${olx}/2018/08/01/backup.gz`,
    `${olx}/2018/08/01/201808-01-1042.gz`,
    `${olx}/2018/08/01/201808-01-246000.gz`,
    `${olx}/2018/02/30/201802-30-104234.gz`,
    `${olx}/2018/08/201808-01-104234.gz`,
    `${olx}/2018/08/01/more/201808-01-104234.gz`,
    'in/201808-01-104234.gz',
  ])('is quarantined for its name: %s', (path) => expect(ofBytes(whole, path)).toBe('no_file_time'));

  it('is quarantined as ahead when its name is more than five minutes ahead of the clock', () => {
    expect(ofBytes(whole, undefined, at('10:05'))).toEqual(counts(1_000));
    expect(ofBytes(whole, undefined, at('10:05') - 1)).toBe('ahead');
  });

  it('does not hold back the others, and what is no raw file is not looked at', () => {
    using folder = temporaryFolder();
    const good = writeRawFile(folder.path, olx, time, [line()]);
    const broken = writeRawBytes(folder.path, rawFilePath(letgo, time), Buffer.from('{}'));
    writeRawBytes(folder.path, `${good}.tmp`, whole);
    const { files, quarantined } = oracle(folder.path);
    expect(files).toEqual(new Map([[good, counts(1)]]));
    expect(quarantined).toEqual(new Map([[broken, 'not_gzip']]));
  });
});

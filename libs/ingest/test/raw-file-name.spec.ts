import { describe, expect, it } from 'vitest';
import { chunkOf, parseRawFileName } from '../src/index.ts';

const time = (iso: string): number => Date.parse(iso) / 1000;

describe('the path of a raw file', () => {
  it.each([
    [
      'in/horizontals/olx/android/2018/08/01/201808-01-104234.gz',
      'in/horizontals/olx/android/',
      '2018-08-01T10:42:34Z',
    ],
    ['2018/08/01/201808-01-104234.gz', '', '2018-08-01T10:42:34Z'],
    ['in/2020/02/29/x-235959.gz', 'in/', '2020-02-29T23:59:59Z'],
    ['in/2017/01/01/a/2018/08/01/part-7-000000.gz', 'in/2017/01/01/a/', '2018-08-01T00:00:00Z'],
    ['/in/2018/08/01/-104234.gz', '/in/', '2018-08-01T10:42:34Z'],
    ['in/ä b/2018/12/31/é-010203.gz', 'in/ä b/', '2018-12-31T01:02:03Z'],
  ])('carries source and file time: %s', (path, source, iso) => {
    expect(parseRawFileName(path)).toEqual({ source, fileTime: time(iso) });
  });

  it.each([
    ...['', 'in/2018/08/01/', 'in/2018/08/01/104234.gz', 'in/2018/08/01/x-104234', 'in/2018/08/01/x-104234.gz.tmp'],
    ...[
      'in/2018/08/01/x-104234.GZ',
      'in/2018/08/01/x-1042345.gz',
      'in/2018/08/01/x-10423.gz',
      'in/2018/8/1/x-104234.gz',
    ],
    ...[
      'in/2018/08/x-104234.gz',
      'in/2018/08/01/y/x-104234.gz',
      'in/12018/08/01/x-104234.gz',
      'in2018/08/01/x-104234.gz',
    ],
    ...[
      'in/2018/02/29/x-104234.gz',
      'in/2018/13/01/x-104234.gz',
      'in/2018/00/01/x-104234.gz',
      'in/2018/08/00/x-104234.gz',
    ],
    ...[
      'in/2018/08/01/x-240000.gz',
      'in/2018/08/01/x-106000.gz',
      'in/2018/08/01/x-100060.gz',
      'in/２０18/08/01/x-104234.gz',
    ],
    ...['in/2018/04/31/x-104234.gz', 'in/2018/08/01/x-104234.gz\n', 'in/2018-08-01/x-104234.gz'],
  ])('carries no file time: %j', (path) => expect(parseRawFileName(path)).toBeUndefined());

  it('names the chunk in which its time falls', () => {
    expect(chunkOf(time('2018-08-01T10:42:34Z'))).toBe(time('2018-08-01T10:40:00Z'));
    expect(chunkOf(time('2018-08-01T10:40:00Z'))).toBe(time('2018-08-01T10:40:00Z'));
    expect(chunkOf(time('2018-08-01T10:49:59Z'))).toBe(time('2018-08-01T10:40:00Z'));
  });
});

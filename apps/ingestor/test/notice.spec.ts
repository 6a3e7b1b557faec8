import { at } from '@neartime/testing';
import { describe, expect, it } from 'vitest';
import { parseNotice } from '../src/index.ts';

const s3Event = (...keys: string[]) =>
  JSON.stringify({
    Records: keys.map((key) => ({ eventName: 'ObjectCreated:Put', s3: { bucket: { name: 'raw' }, object: { key } } })),
  });

describe('a notice is', () => {
  it.each([
    ['s3://raw/in/olx/a.gz', [{ bucket: 'raw', key: 'in/olx/a.gz' }]],
    [' s3://raw/in/żółw 😀/a+b%20.gz\n', [{ bucket: 'raw', key: 'in/żółw 😀/a+b%20.gz' }]],
    [
      s3Event('in/olx/a.gz', 'in/%C5%BC%C3%B3%C5%82w+%F0%9F%98%80/b.gz'),
      [
        { bucket: 'raw', key: 'in/olx/a.gz' },
        { bucket: 'raw', key: 'in/żółw 😀/b.gz' },
      ],
    ],
    [
      s3Event().replace(
        '[]',
        '[{"eventName":"ObjectRemoved:Delete","s3":{"bucket":{"name":"raw"},"object":{"key":"a"}}}]',
      ),
      [],
    ],
    ['{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"raw"}', []],
    [
      '{"source":"s3://raw/in/olx/","completeUpTo":"2018-08-01T10:00:00Z"}',
      [{ source: 's3://raw/in/olx/', completeUpTo: at('10:00') }],
    ],
  ])('%s', (value, notices) => {
    expect(parseNotice(value)).toEqual(notices);
  });

  it.each([
    ['', 'it is neither an s3:// path nor JSON'],
    ['s3://raw', 'it is no s3://bucket/key path'],
    ['s3:///a.gz', 'it is no s3://bucket/key path'],
    ['/in/olx/a.gz', 'it is neither an s3:// path nor JSON'],
    ['null', 'it is JSON, but neither an S3 event nor "complete up to"'],
    ['{"source":"s3://raw/in/olx/","completeUpTo":"ten"}', 'it is JSON, but neither an S3 event nor "complete up to"'],
    [s3Event('in/100%.gz'), 'it is an S3 event with a key that is not URL-encoded'],
  ])('not %s', (value, undecodable) => {
    expect(parseNotice(value)).toEqual({ undecodable });
  });
});

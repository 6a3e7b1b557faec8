import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Notice, formatNotice, parseNotice } from '../src/notice.ts';

const record = (key: string, eventName?: string) => ({
  ...(eventName && { eventName }),
  s3: { bucket: { name: 'raw' }, object: { key } },
});

describe('a notice', () => {
  it('is what comes back when its text is read', () => {
    const bucket = fc.stringMatching(/^[a-z0-9]{3,9}$/);
    const key = fc.string({ unit: 'grapheme', minLength: 1 }).map((name) => `${name}.gz`);
    const file: fc.Arbitrary<Notice> = fc.record({ bucket, key });
    const complete: fc.Arbitrary<Notice> = fc.record({
      source: bucket.map((name) => `s3://${name}/in/`),
      completeUpTo: fc.nat(4e9),
    });
    fc.assert(
      fc.property(fc.oneof(file, complete), (notice) => {
        expect(parseNotice(formatNotice(notice))).toEqual([notice]);
      }),
    );
  });

  it('may be an S3 event, of whose files those count that were made; their keys are decoded', () => {
    const Records = [record('in/a+b/%C3%A9.gz', 'ObjectCreated:Put'), record('in/c.gz', 'ObjectRemoved:Delete')];
    expect(parseNotice(JSON.stringify({ Records }))).toEqual([{ bucket: 'raw', key: 'in/a b/é.gz' }]);
    expect(parseNotice('{"Event":"s3:TestEvent","Bucket":"raw"}')).toEqual([]);
  });

  it.each([
    ['hello', 'neither an s3:// path nor JSON'],
    ['s3://raw', 'no s3://bucket/key path'],
    ['{"file":"s3://raw/a.gz"}', 'neither an S3 event nor'],
    ['{"source":"s3://raw/in","completeUpTo":"2018-08-01T10:00:00Z"}', 'neither an S3 event nor'],
    ['{"source":"s3://raw/in/","completeUpTo":"ten o\'clock"}', 'neither an S3 event nor'],
    [JSON.stringify({ Records: [record('100%.gz')] }), 'a key that is not URL-encoded'],
  ])('that is none is told from one: %s', (text, why) => {
    expect(parseNotice(text)).toEqual({ undecodable: expect.stringContaining(why) as string });
  });
});

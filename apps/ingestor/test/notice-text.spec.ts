import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Notice, formatNotice, parseNotice } from '../src/notice.ts';

it('a notice is what comes back when its text is read', () => {
  const bucket = fc.stringMatching(/^[a-z0-9][a-z0-9.-]{1,9}[a-z0-9]$/);
  // Line ends too: a key may have any character.
  const key = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).map((name) => `in/\n${name}.gz`);
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

it.each(['s3://raw/in', 'raw/in/', '/in/', 's3:///in/'])(
  'nobody can be complete who is no source, since the watermark would wait for it in vain: %s',
  (source) => {
    const text = JSON.stringify({ source, completeUpTo: '2018-08-01T10:00:00Z' });
    expect(parseNotice(text)).toHaveProperty('undecodable');
  },
);

it.each(['100%', '%zz', 'a%C3'])('an S3 event whose key is not URL-encoded is told from one: %s', (key) => {
  const text = JSON.stringify({ Records: [{ s3: { bucket: { name: 'raw' }, object: { key } } }] });
  expect(parseNotice(text)).toEqual({ undecodable: 'it is an S3 event with a key that is not URL-encoded' });
});

it.each([
  ['no bucket has such a name', 's3://My_Bucket/in/a.gz'],
  ['no key is so long', `s3://raw/${'é'.repeat(513)}`],
])('%s, so nobody is sent there', (_, path) => {
  expect(parseNotice(path)).toHaveProperty('undecodable');
  const [, , name, key] = path.split('/');
  const text = JSON.stringify({ Records: [{ s3: { bucket: { name }, object: { key: encodeURIComponent(key!) } } }] });
  expect(parseNotice(text)).toHaveProperty('undecodable');
});

import { describe, expect, it } from 'vitest';
import { formatS3Url, parseS3Url } from '../src/index.ts';

describe('an s3 url', () => {
  it.each([
    ['s3://raw/in/a.gz', { bucket: 'raw', key: 'in/a.gz' }],
    ['s3://raw.eu-1/in//żółw 😀/year=2018?x#y%41+', { bucket: 'raw.eu-1', key: 'in//żółw 😀/year=2018?x#y%41+' }],
    ['s3://raw//a', { bucket: 'raw', key: '/a' }],
    ['s3://raw/in/', { bucket: 'raw', key: 'in/' }],
  ])('%s is its bucket and its key as it is', (url, place) => {
    expect(parseS3Url(url)).toEqual(place);
    expect(formatS3Url(place)).toBe(url);
  });

  const bucketFault =
    'its bucket is not 3 to 63 lower-case letters, digits, dots and hyphens, the first and last a letter or digit';
  it.each([
    ['in/a.gz', 'it does not begin with s3://'],
    ['S3://raw/a', 'it does not begin with s3://'],
    [' s3://raw/a', 'it does not begin with s3://'],
    ['https://raw/a', 'it does not begin with s3://'],
    ['s3:///a', bucketFault],
    ['s3://Raw/a', bucketFault],
    ['s3://ra/a', bucketFault],
    ['s3://-raw/a', bucketFault],
    ['s3://raw:80/a', bucketFault],
    ['s3://raw\n/a', bucketFault],
    [`s3://${'r'.repeat(64)}/a`, bucketFault],
    ['s3://raw', 'it has no key'],
    ['s3://raw/', 'it has no key'],
    ['s3://raw/\ud800', 'its key is not well-formed Unicode'],
    [`s3://raw/${'ż'.repeat(513)}`, 'its key is longer than 1024 bytes'],
  ])('%j is none', (url, fault) => {
    expect(() => parseS3Url(url)).toThrow(new Error(`s3 url: ${fault}: ${url}`));
  });

  it('may have a key of 1024 bytes', () => {
    expect(parseS3Url(`s3://raw/${'ż'.repeat(512)}`).key).toHaveLength(512);
  });
});

import { FileRefused, StoreError } from '@neartime/streams';
import { describe, expect, it } from 'vitest';
import { fileFailure, s3Failure } from '../src/failure.ts';

const what = 's3: cannot read s3://raw/in/a.gz';
const failed = (name: string, message: string, other: object = {}) =>
  Object.assign(new Error(message), { name }, other);
const answered = (httpStatusCode: number) => ({ $metadata: { httpStatusCode } });

describe('a failed call', () => {
  it.each([
    ['NoSuchBucket', 404, 'there is no such bucket; create it or name another'],
    ['InvalidAccessKeyId', 403, 'the credentials are wrong; give others'],
    ['SignatureDoesNotMatch', 403, 'the credentials are wrong; give others'],
    ['XAdminUserNotFound', 404, 'the credentials are wrong; give others'],
    ['AccessDenied', 403, 'these credentials may not; grant it to them or give others'],
    ['PermanentRedirect', 301, 'the bucket is in another region; set its region'],
    ['InvalidArgument', 400, 'as it says'],
  ])('of %s stays until somebody does something', (name, status, why) => {
    const failure = s3Failure(what, failed(name, 'as it says', answered(status)));
    expect(failure).toMatchObject({ message: `${what}: ${why} (${name})`, retriable: false });
  });

  it.each([
    ['SlowDown', 503, 'the server asks for fewer requests'],
    ['TooManyRequests', 429, 'the server asks for fewer requests'],
    ['InternalError', 500, 'the server cannot do it now'],
    ['UnknownError', 502, 'the server cannot do it now'],
    ['RequestTimeout', 400, 'the server does not answer in time'],
    ['ExpiredToken', 400, 'the credentials have expired'],
    ['OperationAborted', 409, 'others write it at the same time'],
  ])('of %s may be over the next time', (name, status, why) => {
    const failure = s3Failure(what, failed(name, 'as it says', answered(status)));
    expect(failure).toMatchObject({ message: `${what}: ${why} (${name})`, retriable: true });
  });

  it.each([
    ['ECONNREFUSED', 'the server cannot be reached; look at the endpoint and the network'],
    ['EAI_AGAIN', 'nobody knows the name of the server; look at the endpoint and the network'],
    ['ENOTFOUND', 'nobody knows the name of the server; look at the endpoint and the network'],
    ['ECONNRESET', 'the connection broke off'],
    ['ETIMEDOUT', 'the server does not answer in time'],
  ])('of the network (%s) may be over the next time, whatever the SDK calls it', (code, why) => {
    const failure = s3Failure(what, failed('TimeoutError', '', { code }));
    expect(failure).toMatchObject({ message: `${what}: ${why} (${code})`, retriable: true });
  });

  it.each([
    ['Error', 'Region is missing', undefined, 'no region is known; set S3_REGION'],
    ['NotFound', 'UnknownError', 404, 'the server does not answer as S3 does; look at the endpoint (status 404)'],
  ])('of a setting that is wrong (%s: %s) says which', (name, message, status, why) => {
    const failure = s3Failure(what, failed(name, message, status === undefined ? {} : answered(status)));
    expect(failure.message).toContain(`${what}: ${why}`);
    expect(failure.retriable).toBe(false);
  });

  it('that nobody foresaw stays, in its own words and with its cause', () => {
    const cause = new TypeError('x is not a function');
    const failure = s3Failure(what, cause);
    expect(failure).toMatchObject({ message: `${what}: x is not a function (TypeError)`, retriable: false, cause });
  });
});

describe('a failed call for one file', () => {
  it.each([
    ['NoSuchKey', 404, 'missing'],
    ['NoSuchBucket', 404, 'missing'],
    ['KeyTooLongError', 400, 'missing'],
    ['AccessDenied', 403, 'forbidden'],
    ['InvalidObjectState', 403, 'forbidden'],
    ['PreconditionFailed', 412, 'changed'],
  ])('of %s refuses the file alone', (name, status, reason) => {
    const cause = failed(name, 'as it says', answered(status));
    const failure = fileFailure('in/a.gz', what, cause);
    expect(failure).toBeInstanceOf(FileRefused);
    expect(failure).toMatchObject({ reason, cause });
  });

  it.each([
    ['XAdminUserNotFound', 404],
    ['SignatureDoesNotMatch', 403],
    ['InternalError', 500],
  ])('of %s is about the store', (name, status) => {
    expect(fileFailure('in/a.gz', what, failed(name, 'as it says', answered(status)))).toBeInstanceOf(StoreError);
  });
});

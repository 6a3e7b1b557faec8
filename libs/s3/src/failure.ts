import { FileRefused, StoreError } from '@neartime/streams';
import { type Refusal, lasting } from '@neartime/streams/refusals';

/** It may be over the next time. */
const passing = (why: string): Refusal => ({ why, retriable: true });

const unreachable = passing('the server cannot be reached; look at the endpoint and the network');
const unknownHost = passing('nobody knows the name of the server; look at the endpoint and the network');
const silent = passing('the server does not answer in time');
const brokenOff = passing('the connection broke off');
const slowDown = passing('the server asks for fewer requests');
const unavailable = passing('the server cannot do it now');
const conflict = passing('others write it at the same time');
const noRegion = lasting("no region is known; set S3_REGION, or S3_ENDPOINT where the server is not Amazon's");
const notS3 = 'the server does not answer as S3 does; look at the endpoint';
const expired = passing('the credentials have expired');
const wrongCredentials = lasting('the credentials are wrong; give others');
const otherRegion = lasting('the bucket is in another region; set its region');

/** By Node's error code. */
const ofNetwork: Readonly<Record<string, Refusal>> = {
  ECONNREFUSED: unreachable,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  EADDRNOTAVAIL: unreachable,
  ENOTFOUND: unknownHost,
  EAI_AGAIN: unknownHost,
  ETIMEDOUT: silent,
  ECONNRESET: brokenOff,
  ECONNABORTED: brokenOff,
  EPIPE: brokenOff,
};

/** By the name that S3, a server that is like it, or the SDK gives. */
const byName: Readonly<Record<string, Refusal>> = {
  NoSuchBucket: lasting('there is no such bucket; create it or name another'),
  InvalidBucketName: lasting('no bucket can have this name; name another'),
  AccessDenied: lasting('these credentials may not; grant it to them or give others'),
  KeyTooLongError: lasting('the name is too long; choose a shorter one'),
  InvalidAccessKeyId: wrongCredentials,
  SignatureDoesNotMatch: wrongCredentials,
  InvalidToken: wrongCredentials,
  // What versitygw says of an access key that it does not know, with status 404.
  XAdminUserNotFound: wrongCredentials,
  CredentialsProviderError: lasting('there are no credentials; give some'),
  PermanentRedirect: otherRegion,
  AuthorizationHeaderMalformed: otherRegion,
  IllegalLocationConstraintException: otherRegion,
  ExpiredToken: expired,
  TokenRefreshRequired: expired,
  RequestTimeTooSkewed: passing('the clocks of this machine and of the server differ too much; set them'),
  RequestTimeout: silent,
  TimeoutError: silent,
  AbortError: silent,
  SlowDown: slowDown,
  ConditionalRequestConflict: conflict,
  OperationAborted: conflict,
};

const reasons: Readonly<Record<string, FileRefused['reason']>> = {
  NoSuchKey: 'missing',
  // Whoever names a bucket that is not there must not keep others from theirs.
  NoSuchBucket: 'missing',
  InvalidBucketName: 'missing',
  KeyTooLongError: 'missing',
  AccessDenied: 'forbidden',
  // It lies in an archive, from which somebody must fetch it first.
  InvalidObjectState: 'forbidden',
  PreconditionFailed: 'changed',
};

interface Cause {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number };
}

/** A failed call of the SDK as one line: what could not be done, why, and what helps. */
export function s3Failure(what: string, cause: unknown): StoreError {
  const { name, code = name } = cause as Cause;
  const { why, retriable } = refusal(cause as Cause);
  return new StoreError(`${what}: ${why} (${code})`, { cause, retriable });
}

/** A body that stopped on its way, as one line; trying again may always help. */
export const bodyFailure = (what: string, cause: unknown): StoreError =>
  new StoreError(`${what}: its bytes did not come whole: ${(cause as Error).message}`, { cause, retriable: true });

/** A failed call for one file: either the file alone is not to be had, or the store has failed. */
export function fileFailure(path: string, what: string, cause: unknown): FileRefused | StoreError {
  const reason = reasons[(cause as Cause).name];
  return reason ? new FileRefused(path, reason, { cause }) : s3Failure(what, cause);
}

/** There is no such object, though its bucket is there. */
export const isAbsent = (cause: unknown): boolean => (cause as Cause).name === 'NoSuchKey';

/** The object was not in the state on which the call rested. */
export const isUnmet = (cause: unknown): boolean => (cause as Cause).name === 'PreconditionFailed';

/** Another put of the same object was under way: S3 asks to put again. */
export const isConflict = (cause: unknown): boolean => (cause as Cause).name === 'ConditionalRequestConflict';

/** How often the SDK asked the server before it gave up. */
export const attemptsOf = (cause: unknown): number => (cause as Cause).$metadata?.attempts ?? 1;

export const statusOf = (cause: unknown): number | undefined => (cause as Cause).$metadata?.httpStatusCode;

function refusal(cause: Cause): Refusal {
  // First the code: the SDK calls a connection that broke off a TimeoutError.
  const known = ofNetwork[cause.code ?? ''] ?? byName[cause.name];
  if (known) return known;
  if (/^Region is missing/.test(cause.message)) return noRegion;
  const status = statusOf(cause) ?? 0;
  // So the SDK calls a refusal whose body is not S3's.
  if (cause.message === 'UnknownError' && status < 500) return lasting(`${notS3} (status ${status})`);
  if (status === 429) return slowDown;
  return status === 408 || status >= 500 ? unavailable : lasting(cause.message);
}

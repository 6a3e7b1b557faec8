import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { answerMs, attempts } from './patience.ts';

export interface S3ClientOptions {
  /** What the SDK finds, when it is not given; for a server of one's own any will do. */
  readonly region?: string;
  /** The URL of a server that is not Amazon's. */
  readonly endpoint?: string;
  /** The bucket in the path, not in the host name: so by default for a server of one's own. */
  readonly forcePathStyle?: boolean;
  /** The SDK's chain (environment, profile, role of the pod or machine), when they are not given. */
  readonly credentials?: NonNullable<S3ClientConfig['credentials']>;
  /** How long a server may take to begin its answer. */
  readonly answerMs?: number;
  /** How long it may take to connect to it. */
  readonly connectMs?: number;
  /** How often a server is asked, in all, that is briefly unable. */
  readonly attempts?: number;
}

const connectMs = 5_000;
/** More than one process reads and writes side by side; beyond it requests wait for each other. */
const maxSockets = 256;

/** A client that waits for nothing for ever, and asks again when a server is briefly unable. */
export function s3Client(options: S3ClientOptions = {}): S3Client {
  const { endpoint, credentials, region = endpoint && 'us-east-1', forcePathStyle = endpoint !== undefined } = options;
  return new S3Client({
    ...(region && { region }),
    ...(endpoint && { endpoint }),
    ...(credentials && { credentials }),
    forcePathStyle,
    maxAttempts: options.attempts ?? attempts,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: options.connectMs ?? connectMs,
      requestTimeout: options.answerMs ?? answerMs,
      throwOnRequestTimeout: true,
      // A connection rests while its reader is busy, which is no failure: whoever waits for a body has a clock of its own.
      socketTimeout: 0,
      httpAgent: { keepAlive: true, maxSockets },
      httpsAgent: { keepAlive: true, maxSockets },
    }),
  });
}

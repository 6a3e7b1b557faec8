import { KinesisClient } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';

export interface KinesisClientOptions {
  /** The URL of a server that is not Amazon's. */
  readonly endpoint?: string;
  /** What the SDK finds, when it is not given; for a server of one's own any will do. */
  readonly region?: string;
  /** The SDK's chain (environment, profile, role of the pod or machine), when they are not given. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** How long a server may take to answer. */
  readonly answerMs?: number;
}

/** A client that waits for nothing for ever, and asks once: how often is decided by who asks. */
export function kinesisClient(options: KinesisClientOptions): KinesisClient {
  const { endpoint, credentials, region = endpoint && 'us-east-1', answerMs = 30_000 } = options;
  return new KinesisClient({
    ...(region && { region }),
    ...(endpoint && { endpoint }),
    ...(credentials && { credentials }),
    maxAttempts: 1,
    // HTTP/1.1, which every server speaks; the SDK's own choice for Kinesis is HTTP/2.
    requestHandler: new NodeHttpHandler({
      connectionTimeout: 5000,
      requestTimeout: answerMs,
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true },
      httpsAgent: { keepAlive: true },
    }),
  });
}

import { StoreError } from '@neartime/streams';
import type { KafkaJSError } from 'kafkajs';

/** What the broker says no to, whoever asks how often: somebody has to change something. */
const lasting: Readonly<Record<string, string>> = {
  TOPIC_AUTHORIZATION_FAILED: 'this user may not use the topic; grant it',
  GROUP_AUTHORIZATION_FAILED: 'this user may not use the consumer group; grant it',
  CLUSTER_AUTHORIZATION_FAILED: 'this user may not do this on the cluster; grant it',
  SASL_AUTHENTICATION_FAILED: 'the user or password is wrong',
  UNSUPPORTED_SASL_MECHANISM: 'the broker does not offer this SASL mechanism',
  MESSAGE_TOO_LARGE: 'a record is larger than the topic takes; raise max.message.bytes',
  INVALID_REPLICATION_FACTOR: 'there are fewer brokers than replicas were asked for',
};

/** Says what could not be done, why, and whether trying again may help. */
export function kafkaError(what: string, cause: unknown): StoreError {
  const error = rootOf(cause as KafkaJSError);
  const type = (error as { type?: string }).type ?? '';
  const isLasting = type in lasting || error.name === 'KafkaJSSASLAuthenticationError';
  const why = lasting[type] ?? firstLine(error.message);
  return new StoreError(`kafka: ${what}: ${why}`, { cause, retriable: !isLasting });
}

/** What kafkajs does not try again, and which is over when servers are back. */
const passing = new Set(['KafkaJSGroupCoordinatorNotFound', 'KafkaJSTimeout', 'KafkaJSLockTimeout']);

/** Whether servers were away, and nothing is wrong here, though kafkajs gives up. */
export function isOfServers(cause: unknown): boolean {
  for (let error = cause; error instanceof Error; error = error.cause) if (passing.has(error.name)) return true;
  return false;
}

/** kafkajs wraps what happened in what it did about it. */
function rootOf(error: KafkaJSError): Error {
  let root: Error & { cause?: unknown } = error;
  while (root.cause instanceof Error) root = root.cause;
  return root;
}

const firstLine = (message: string): string => message.split('\n', 1)[0]!.trim();

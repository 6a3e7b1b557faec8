import { duration, file, list, oneOf, secret, text, yesOrNo } from './kinds.ts';
import type { Secret } from './secret.ts';
import { allOrNone, group } from './setting.ts';

const compressions = ['zstd', 'gzip', 'none'] as const;
const mechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;

export interface KafkaSettings {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly compression: (typeof compressions)[number];
  readonly sasl?: {
    readonly mechanism: (typeof mechanisms)[number];
    readonly username: string;
    readonly password: Secret;
  };
  readonly ssl: boolean | { readonly caFile: string };
  readonly sessionTimeoutMs: number;
}

export const kafkaSettings = group(
  {
    brokers: list('KAFKA_BROKERS', {
      about: 'the brokers to begin with',
      parts: { form: /^[^\s,/]+:\d+$/, takes: 'host:port' },
    }),
    clientId: text('KAFKA_CLIENT_ID', { about: 'how the service names itself to the brokers', default: 'neartime' }),
    compression: oneOf('KAFKA_COMPRESSION', compressions, {
      about: 'how what it sends is packed; readers need to know it',
      default: 'zstd',
    }),
    mechanism: oneOf('KAFKA_SASL_MECHANISM', mechanisms, { about: 'how the service signs in', optional: true }),
    username: text('KAFKA_SASL_USERNAME', { about: 'the user', optional: true }),
    password: secret('KAFKA_SASL_PASSWORD', { about: "the user's password", optional: true }),
    ssl: yesOrNo('KAFKA_SSL', { about: 'whether connections are encrypted', default: 'false' }),
    caFile: file('KAFKA_SSL_CA', {
      about: "the authority's certificates where they are not the system's",
      optional: true,
    }),
    sessionTimeout: duration('KAFKA_SESSION_TIMEOUT', {
      about: 'after how long without a sign of life the partitions of an instance go to others; brokers bound it too',
      from: '6s',
      to: '5m',
      default: '30s',
    }),
  },
  (
    { brokers, clientId, compression, mechanism, username, password, ssl, caFile, sessionTimeout },
    refuse,
  ): KafkaSettings => {
    const signIn = { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password };
    allOrNone(signIn, refuse);
    if (caFile && !ssl) refuse('KAFKA_SSL_CA', 'needs KAFKA_SSL=true');
    const sasl = mechanism && username && password && { mechanism, username, password };
    const encryption = caFile ? { caFile } : ssl;
    const sessionTimeoutMs = sessionTimeout * 1000;
    return { brokers, clientId, compression, ...(sasl && { sasl }), ssl: encryption, sessionTimeoutMs };
  },
);

import { readFileSync } from 'node:fs';
import { Kafka, type LogEntry, type SASLOptions, logLevel } from 'kafkajs';
import { registerCodecs } from './compression.ts';
import { registerBatches } from './fetch-batches.ts';
import { registerBlocks } from './produce-blocks.ts';

export interface KafkaOptions {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  };
  /** Whether the connection is encrypted; the authority's certificates from a file where they are not the system's. */
  readonly ssl?: boolean | { readonly caFile: string };
  /** Hears what the client has to say, from warnings on. */
  readonly onLog?: (level: 'warn' | 'error', message: string, details: object) => void;
}

/** A client as all of our adapters use it: short waits, few tries of its own, since whoever calls goes on trying anyway. */
export function kafkaClient({ brokers, clientId, sasl, ssl, onLog }: KafkaOptions): Kafka {
  registerCodecs();
  registerBlocks();
  registerBatches();
  return new Kafka({
    brokers: [...brokers],
    clientId,
    connectionTimeout: 5000,
    authenticationTimeout: 10_000,
    requestTimeout: 30_000,
    retry: { initialRetryTime: 100, maxRetryTime: 2000, retries: 5 },
    ...(sasl ? { sasl: sasl as SASLOptions } : {}),
    ...(ssl ? { ssl: typeof ssl === 'object' ? { ca: [readFileSync(ssl.caFile, 'utf8')] } : true } : {}),
    logLevel: logLevel.WARN,
    logCreator: () => (entry) =>
      onLog?.(entry.level === logLevel.ERROR ? 'error' : 'warn', entry.log.message, detailsOf(entry)),
  });
}

/** Stacks are for debuggers, and the time is the logger's own. */
function detailsOf({ log }: LogEntry): object {
  const { message: _, timestamp: __, stack: ___, logger: ____, ...details } = log;
  return details;
}

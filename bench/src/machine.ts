import os from 'node:os';
import { version as duckdbVersion } from '@duckdb/node-api';
import { findSpark } from './peers/spark.ts';

/** What the figures were measured on. */
export const machine = () => ({
  cpus: os.availableParallelism(),
  model: os.cpus()[0]?.model.trim() ?? 'unknown',
  memoryGigabytes: Math.round(os.totalmem() / 2 ** 30),
  system: `${os.type()} ${os.release()} ${os.arch()}`,
  /** Processes that wanted to run in the minute before: figures of a busy machine mean little. */
  loadBefore: os.loadavg()[0]!,
});

export function versions() {
  const spark = findSpark();
  return { node: process.version, duckdb: duckdbVersion(), ...('version' in spark && { pyspark: spark.version }) };
}
